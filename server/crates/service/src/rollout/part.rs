//! Which part of all tasks a text belongs to, so that a share of them is always the same.

use sha2::{Digest, Sha256};

/// Shares of tasks, out of so many, are counted by the text's digest.
const PARTS: u32 = 10_000;

/// How many of the parts of all tasks a share in percent is.
pub(crate) fn share_of_parts(percent: u8) -> u32 {
    u32::from(percent) * PARTS / 100
}

/// What a share of the tasks is for: each has parts of its own, so that the canary of a policy is not that of a model.
#[derive(Clone, Copy)]
pub(crate) enum Salt {
    Model,
    Policy,
    Stress,
}

/// The part of all tasks that a text belongs to, below [`PARTS`]: the same text always to the same. Other bytes of the digest
/// than those that hold examples out, so that a canary's share is no part of these.
pub(crate) fn part(text: &str, salt: Salt) -> u32 {
    let digest = Sha256::digest(text);
    let bytes = match salt {
        Salt::Model => [digest[4], digest[5], digest[6], digest[7]],
        Salt::Policy => [digest[8], digest[9], digest[10], digest[11]],
        Salt::Stress => [digest[12], digest[13], digest[14], digest[15]],
    };
    u32::from_be_bytes(bytes) % PARTS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_same_text_always_belongs_to_the_same_part(text in ".{0,60}") {
            for salt in [Salt::Model, Salt::Policy, Salt::Stress] {
                prop_assert!(part(&text, salt) < PARTS);
                prop_assert_eq!(part(&text, salt), part(&text, salt));
            }
        }

        #[test]
        fn a_share_is_close_to_what_was_asked_for(seed: u32, percent in 1_u8..100) {
            let parts = (0..5_000).filter(|n| part(&format!("{seed} text {n}"), Salt::Policy) < share_of_parts(percent));
            let share = parts.count() as f64 / 5_000.0;
            let wanted = f64::from(percent) / 100.0;
            // Six standard deviations: of some hundred runs, none may fail by chance.
            let room = 6.0 * (wanted * (1.0 - wanted) / 5_000.0).sqrt();
            prop_assert!((share - wanted).abs() <= room, "{share} of {wanted}");
        }
    }
}
