//! A picture by its head: whether it is worth looking for letters in it, and not a bomb.
//!
//! In: the bytes of a PNG, JPEG or WebP. Out: its width and height. Pure; nothing is unpacked.

/// Points that a picture may have: a large screen has eight million, a photograph of a telephone fifty.
const MOST_POINTS: u64 = 60_000_000;
/// Points on the shorter side, below which nobody writes: icons and the marks of newsletters.
const SHORTEST_SIDE: u32 = 32;

/// Why no letters are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Too small to hold words.
    Small,
    /// Too large to be unpacked.
    Large,
    /// Its head cannot be read.
    Broken,
}

/// Whether letters may be looked for in it.
///
/// # Errors
/// Why not.
pub fn fit(bytes: &[u8]) -> Result<(u32, u32), Unfit> {
    let (width, height) = size(bytes).ok_or(Unfit::Broken)?;
    if width.min(height) < SHORTEST_SIDE {
        return Err(Unfit::Small);
    }
    if u64::from(width).saturating_mul(u64::from(height)) > MOST_POINTS {
        return Err(Unfit::Large);
    }
    Ok((width, height))
}

/// Width and height in points; `None` for another file or a broken head.
#[must_use]
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return (bytes.get(12..16)? == b"IHDR").then(|| Some((big(bytes, 16)?, big(bytes, 20)?)))?;
    }
    if bytes.starts_with(b"\xff\xd8") {
        return jpeg(bytes);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        return webp(bytes);
    }
    None
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_be_bytes(four))
}

fn short(bytes: &[u8], at: usize) -> Option<u32> {
    let two: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(u32::from(u16::from_be_bytes(two)))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let own = bytes.get(at..at.checked_add(count)?)?;
    Some(own.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// Walks the segments to the one that tells the size.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let kind = *bytes.get(at.checked_add(1)?)?;
        match kind {
            // Filling, and segments without a length.
            0xff => at = at.checked_add(1)?,
            0x01 | 0xd0..=0xd8 => at = at.checked_add(2)?,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((short(bytes, at.checked_add(7)?)?, short(bytes, at.checked_add(5)?)?));
            }
            0xd9 | 0xda => return None,
            _ => {
                let length = usize::try_from(short(bytes, at.checked_add(2)?)?).ok()?;
                at = at.checked_add(2)?.checked_add(length.max(2))?;
            }
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff)),
        b"VP8L" => {
            let packed = little(bytes, 21, 4)?;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_from_every_kind_of_head() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58";
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\x02\x58\x03\x20";
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x20\x03\x58\x02";
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0";
        for bytes in [&png[..], jpeg, lossy, extended] {
            assert_eq!(size(bytes), Some((800, 600)), "{bytes:?}");
            for end in 0..bytes.len() {
                assert_eq!(size(&bytes[..end]).filter(|own| *own == (800, 600)), None, "cut at {end}");
            }
        }
        assert_eq!(size(b"GIF89a"), None);
    }

    #[test]
    fn icons_and_bombs_are_left_alone() {
        let png = |width: u32, height: u32| {
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
            bytes.extend(width.to_be_bytes());
            bytes.extend(height.to_be_bytes());
            bytes
        };
        assert_eq!(fit(&png(1, 1)), Err(Unfit::Small));
        assert_eq!(fit(&png(600, 16)), Err(Unfit::Small));
        assert_eq!(fit(&png(u32::MAX, u32::MAX)), Err(Unfit::Large));
        assert_eq!(fit(&png(50_000, 50_000)), Err(Unfit::Large));
        assert_eq!(fit(b"\x89PNG"), Err(Unfit::Broken));
        assert_eq!(fit(&png(1280, 720)), Ok((1280, 720)));
    }
}
