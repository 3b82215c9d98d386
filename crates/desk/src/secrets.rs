//! The installation's secrets: the one under which keys are hashed, and those that seal originals.
//!
//! In: the secrets file's text, which whoever starts the desk reads. Out: prints, sealed bytes, opened bytes.
//!
//! **Invariant:** nothing here can be shown: no `Debug`, no `Display`, no error with a secret in it.

use balcao_core::evidence::key::HashSecret;
use balcao_store::{SealedId, sealed::Sealed};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// What an installation must keep to itself, and keep: without it the sealed originals are lost.
#[derive(Clone)]
pub struct Secrets {
    hash: [u8; 32],
    /// The last one seals; all of them open.
    sealing: Vec<(String, [u8; 32])>,
}

/// The secrets file: TOML, hexadecimal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    hash: String,
    sealing: Vec<SealingLine>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealingLine {
    id: String,
    key: String,
}

/// Why a secrets file was refused. No value of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    #[error("o arquivo de segredos não é TOML com `hash` e `[[sealing]]`; restaure-o da sua cópia")]
    Malformed,
    #[error("cada segredo tem 64 algarismos hexadecimais; restaure o arquivo da sua cópia")]
    Length,
    #[error("o arquivo de segredos não tem nenhuma chave de selar; restaure-o da sua cópia")]
    NoKey,
}

/// A sealed original that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    #[error("a chave que selou este original não está no arquivo de segredos")]
    NoKey,
    #[error("o original selado foi alterado, ou é de outra coisa")]
    Broken,
}

const HEADER: &str = "\
# Segredos desta instalação do Balcão. Guarde uma cópia fora deste servidor: sem este arquivo os originais
# selados não abrem e as API Keys do cadastro não são mais reconhecidas. Não entra em nenhum backup do Balcão.
# `hash` nunca muda. Em `sealing`, a última chave sela; as anteriores só abrem (`balcao secrets rotate`).
";

impl Secrets {
    /// New secrets from fresh random bytes, 32 for hashing and 32 for sealing.
    #[must_use]
    pub fn new(hash: [u8; 32], sealing: [u8; 32]) -> Self {
        Self { hash, sealing: vec![(key_id(&sealing), sealing)] }
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// If it is not such a file.
    pub fn parse(text: &str) -> Result<Self, SecretsError> {
        let mut file: File = toml::from_str(text).map_err(|_shows_values| SecretsError::Malformed)?;
        let hash = bytes(&file.hash)?;
        let keys = file.sealing.iter().map(|line| Ok((line.id.clone(), bytes(&line.key)?)));
        let sealing: Vec<_> = keys.collect::<Result<_, SecretsError>>()?;
        file.hash.zeroize();
        file.sealing.iter_mut().for_each(|line| line.key.zeroize());
        if sealing.is_empty() { Err(SecretsError::NoKey) } else { Ok(Self { hash, sealing }) }
    }

    /// The file's text, to be written where only the desk can read it.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!("{HEADER}hash = \"{}\"\n", hex(&self.hash)));
        for (id, key) in &self.sealing {
            let line = Zeroizing::new(format!("\n[[sealing]]\nid = \"{id}\"\nkey = \"{}\"\n", hex(key)));
            text.push_str(&line);
        }
        text
    }

    /// With a further key, which seals from now on.
    #[must_use]
    pub fn rotated(mut self, key: [u8; 32]) -> Self {
        self.sealing.push((key_id(&key), key));
        self
    }

    /// Without the keys that only open; for when nothing is sealed with them any more.
    #[must_use]
    pub fn pruned(mut self) -> Self {
        let keep = self.sealing.len().saturating_sub(1);
        self.sealing.drain(..keep);
        self
    }

    /// The secret under which keys are hashed.
    #[must_use]
    pub fn hash_secret(&self) -> HashSecret {
        HashSecret::new(self.hash)
    }

    /// What a database keeps to know whether these secrets are its own.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::new().chain_update(b"balcao secrets").chain_update(self.hash).finalize())
    }

    /// A hash of what was asked or arrived that outsiders cannot compute: for idempotency keys and messages.
    #[must_use]
    pub fn mark(&self, domain: &str, parts: &[&[u8]]) -> String {
        let mut hasher = Sha256::new().chain_update(self.hash).chain_update(domain.as_bytes());
        for part in parts {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        hex(&hasher.finalize())
    }

    /// The ids of the keys that only open.
    pub fn old_keys(&self) -> impl Iterator<Item = &str> {
        let keep = self.sealing.len().saturating_sub(1);
        self.sealing.iter().take(keep).map(|(id, _)| id.as_str())
    }

    /// Seals `original`, which is of `about`, with `nonce`, 24 fresh random bytes.
    #[must_use]
    pub fn seal(&self, about: &str, original: &[u8], nonce: [u8; 24], expires_at: Option<i64>) -> Sealed {
        let mut sealed = Sealed {
            id: SealedId::fresh(),
            about: about.to_owned(),
            key_id: String::new(),
            nonce: Vec::new(),
            ciphertext: Vec::new(),
            expires_at,
        };
        self.seal_into(&mut sealed, original, nonce);
        sealed
    }

    /// Seals anew what was opened, with the newest key.
    pub fn seal_into(&self, sealed: &mut Sealed, original: &[u8], nonce: [u8; 24]) {
        // There is always a key: parsing refuses a file without one.
        let Some((id, key)) = self.sealing.last() else { return };
        let packed = Zeroizing::new(pack(original));
        let payload = Payload { msg: &packed, aad: sealed.about.as_bytes() };
        let cipher = XChaCha20Poly1305::new(key.into());
        // Sealing fails only beyond 256 GiB, which no message has.
        sealed.ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        sealed.nonce = nonce.to_vec();
        sealed.key_id.clone_from(id);
    }

    /// Opens a sealed original.
    ///
    /// # Errors
    /// If the key is not here, or it was changed or is of something else.
    pub fn open(&self, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let found = self.sealing.iter().find(|(id, _)| *id == sealed.key_id);
        let (_, key) = found.ok_or(UnsealError::NoKey)?;
        let nonce: [u8; 24] =
            sealed.nonce.as_slice().try_into().map_err(|_wrong_length| UnsealError::Broken)?;
        let payload = Payload { msg: &sealed.ciphertext, aad: sealed.about.as_bytes() };
        let opened = XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(nonce), payload);
        unpack(&Zeroizing::new(opened.map_err(|_opaque| UnsealError::Broken)?)).ok_or(UnsealError::Broken)
    }
}

/// Names a key without telling it.
fn key_id(key: &[u8; 32]) -> String {
    let digest = Sha256::new().chain_update(b"balcao sealing key").chain_update(key).finalize();
    hex(&digest).chars().take(12).collect()
}

/// Long originals shrink to a tenth; short ones would grow.
fn pack(original: &[u8]) -> Vec<u8> {
    use std::io::Write as _;

    const WORTH_IT: usize = 4096;
    let mut packed = vec![0];
    if original.len() >= WORTH_IT {
        let mut encoder = flate2::write::DeflateEncoder::new(vec![1], flate2::Compression::fast());
        // Writing into memory does not fail.
        if encoder.write_all(original).is_ok()
            && let Ok(deflated) = encoder.finish()
        {
            return deflated;
        }
    }
    packed.extend_from_slice(original);
    packed
}

fn unpack(packed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    use std::io::Read as _;

    match packed.split_first()? {
        (0, original) => Some(Zeroizing::new(original.to_vec())),
        (1, deflated) => {
            let mut original = Zeroizing::new(Vec::new());
            flate2::read::DeflateDecoder::new(deflated).read_to_end(&mut original).ok()?;
            Some(original)
        }
        _ => None,
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn bytes(hex: &str) -> Result<[u8; 32], SecretsError> {
    let mut out = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return Err(SecretsError::Length);
    }
    for (byte, pair) in out.iter_mut().zip(hex.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_no_text| SecretsError::Length)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_no_digit| SecretsError::Length)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new([7; 32], [9; 32])
    }

    #[test]
    fn the_file_reads_back_and_every_damage_is_refused_without_a_value() {
        let text = secrets().to_file();
        let again = Secrets::parse(&text).unwrap();
        assert_eq!(again.fingerprint(), secrets().fingerprint());
        assert_eq!(*again.to_file(), *text);
        let table = [
            ("", SecretsError::Malformed),
            ("hash = \"00\"\nsealing = []", SecretsError::Length),
            (&text.replace("09", "zz"), SecretsError::Length),
            (text.split("[[").next().unwrap(), SecretsError::Malformed),
            (&(text.split("\n[[").next().unwrap().to_owned() + "sealing = []"), SecretsError::NoKey),
        ];
        for (text, expected) in table {
            assert_eq!(Secrets::parse(text).err(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_sealed_opens_only_whole_with_its_key_and_for_its_own_thing() {
        for original in [&b""[..], b"curto", &[b'x'; 10_000]] {
            let sealed = secrets().seal("m1", original, [1; 24], None);
            assert_eq!(**secrets().open(&sealed).unwrap(), *original);
            assert!(original.len() < 5 || !sealed.ciphertext.windows(5).any(|w| w == &original[..5]));
            let elsewhere = Sealed { about: "m2".to_owned(), ..sealed.clone() };
            assert_eq!(secrets().open(&elsewhere).err(), Some(UnsealError::Broken));
            let mut changed = sealed.clone();
            changed.ciphertext[0] ^= 1;
            assert_eq!(secrets().open(&changed).err(), Some(UnsealError::Broken));
            let others = Secrets::new([7; 32], [8; 32]);
            assert_eq!(others.open(&sealed).err(), Some(UnsealError::NoKey));
        }
    }

    #[test]
    fn after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() {
        let mut sealed = secrets().seal("m1", b"original", [1; 24], None);
        let rotated = secrets().rotated([3; 32]);
        assert_eq!(**rotated.open(&sealed).unwrap(), *b"original");
        assert_eq!(rotated.old_keys().collect::<Vec<_>>(), [sealed.key_id.as_str()]);
        rotated.seal_into(&mut sealed, b"original", [2; 24]);
        let pruned = Secrets::parse(&rotated.to_file()).unwrap().pruned();
        assert_eq!(pruned.old_keys().count(), 0);
        assert_eq!(**pruned.open(&sealed).unwrap(), *b"original");
        assert_eq!(secrets().open(&sealed).err(), Some(UnsealError::NoKey));
    }

    #[test]
    fn marks_of_different_parts_differ() {
        let secrets = secrets();
        assert_ne!(secrets.mark("a", &[b"ab", b"c"]), secrets.mark("a", &[b"a", b"bc"]));
        assert_ne!(secrets.mark("a", &[b"x"]), secrets.mark("b", &[b"x"]));
        assert_ne!(secrets.mark("a", &[b"x"]), Secrets::new([1; 32], [9; 32]).mark("a", &[b"x"]));
    }
}
