//! Tokens for a mailbox: asked for before the old one ends, remembered until then.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::MailboxError;
use super::settings::Oauth;
use crate::outside::{Outside, Question};

/// A token is not used in its last minute: a login takes a while, and clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// How long a token lives whose server does not say.
const USUAL_LIFE: i64 = 600;

/// Whoever asks for tokens of one mailbox.
pub(super) struct Tokens {
    oauth: Oauth,
    outside: Outside,
    known: Option<(Zeroizing<String>, Timestamp)>,
    /// What the server gave in the place of the one in the settings.
    renewed: Option<Zeroizing<String>>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<i64>,
    refresh_token: Option<String>,
}

/// Why a server refuses (RFC 6749, section 5.2): a code of its list, and nothing else is told.
#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Tokens {
    pub(super) fn new(oauth: Oauth, outside: Outside) -> Self {
        Self { oauth, outside, known: None, renewed: None }
    }

    /// A token that is still good for a while.
    pub(super) async fn token(&mut self, now: Timestamp) -> Result<Zeroizing<String>, MailboxError> {
        if let Some((token, until)) = &self.known
            && *until > now
        {
            return Ok(token.clone());
        }
        let granted = self.ask().await?;
        let life = SignedDuration::from_secs(granted.expires_in.unwrap_or(USUAL_LIFE).clamp(0, 86_400));
        let until = now.saturating_add(life).and_then(|end| end.saturating_sub(MARGIN)).unwrap_or(now);
        if let Some(renewed) = granted.refresh_token {
            self.renewed = Some(renewed.into());
        }
        let token = Zeroizing::new(granted.access_token);
        self.known = Some((token.clone(), until));
        Ok(token)
    }

    /// The token was not taken: the next time another is asked for.
    pub(super) fn forget(&mut self) {
        self.known = None;
    }

    async fn ask(&self) -> Result<Granted, MailboxError> {
        let oauth = &self.oauth;
        let refresh = self.renewed.as_ref().map(|token| token.as_str());
        let refresh = refresh.or_else(|| oauth.refresh_token.as_ref().map(|secret| secret.text()));
        let mut fields = vec![("client_id", oauth.client_id.as_str())];
        match refresh {
            Some(token) => fields.extend([("grant_type", "refresh_token"), ("refresh_token", token)]),
            None => fields.push(("grant_type", "client_credentials")),
        }
        fields.extend(oauth.client_secret.as_ref().map(|secret| ("client_secret", secret.text())));
        fields.extend(oauth.scope.as_deref().map(|scope| ("scope", scope)));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = Zeroizing::new("application/x-www-form-urlencoded".to_owned());
        let question = Question {
            method: Method::POST,
            url: oauth.token_url.clone(),
            headers: vec![("content-type", kind), ("accept", Zeroizing::new("application/json".to_owned()))],
            body: body.into_bytes(),
        };
        let answer = self.outside.ask(question).await?;
        if !answer.is_good() {
            let code = serde_json::from_slice::<Refused>(&answer.body).map(|refused| refused.error);
            let known = |code: &String| {
                code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            let code = code.ok().filter(known).unwrap_or_else(|| answer.status.to_string());
            return Err(MailboxError::Token(code));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_other| MailboxError::Token("resposta sem access_token".to_owned()))
    }
}
