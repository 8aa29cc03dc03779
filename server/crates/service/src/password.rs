//! Passwords: argon2id with OWASP's parameters, never on the async threads, never more than two at once.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};

use crate::{
    Services,
    ports::store::{StoreError, StoreResult},
};

/// Characters of generated passwords: 32, none that are mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Characters of a generated password, besides the hyphens: 100 random bits.
const GENERATED_CHARS: usize = 20;

/// A hash that no password has, so that an unknown address takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3dpdGNoeWFyZC1ub2JvZHk$5bU1dPS2Y3b1GL5C0RVjv0S7NfHm1qmcS1Gx3cZ2hVk";

/// 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, argon2id).
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("these parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

impl Services {
    /// The hash of a password as a PHC string.
    pub(crate) async fn hash_password(&self, password: &str) -> StoreResult<String> {
        let mut salt = [0_u8; 16];
        self.0.entropy.fill(&mut salt);
        let password = password.to_owned();
        self.off_thread(move || {
            argon2()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| error.to_string())
        })
        .await
    }

    /// Whether a password has this hash; without a hash it takes as long and says no.
    pub(crate) async fn verify_password(&self, password: &str, hash: Option<String>) -> StoreResult<bool> {
        let password = password.to_owned();
        self.off_thread(move || {
            let hash = hash.as_deref().unwrap_or(NOBODY);
            let parsed = PasswordHash::new(hash).map_err(|error| error.to_string())?;
            Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> StoreResult<T> {
        let _turn = self.0.passwords.acquire().await.map_err(failed)?;
        tokio::task::spawn_blocking(work).await.map_err(failed)?.map_err(failed)
    }

    /// A password that nobody guesses, easy to read aloud.
    pub(crate) fn generate_password(&self) -> String {
        let mut bytes = [0_u8; GENERATED_CHARS];
        self.0.entropy.fill(&mut bytes);
        let mut password: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        for place in [15, 10, 5] {
            password.insert(place, '-');
        }
        password
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Failed(error.into())
}
