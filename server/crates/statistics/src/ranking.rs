//! How well a score tells two kinds apart.

/// How often a score of the first kind is above one of the second, ties counting half: the area under the ROC curve, 0 to 1.
/// Nothing when a kind is empty.
#[must_use]
pub fn auroc(above: &[f32], below: &[f32]) -> Option<f64> {
    if above.is_empty() || below.is_empty() {
        return None;
    }
    let mut all: Vec<(f32, bool)> = above.iter().map(|&score| (score, true)).collect();
    all.extend(below.iter().map(|&score| (score, false)));
    all.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (mut wins, mut below_so_far) = (0.0_f64, 0_usize);
    for tied in all.chunk_by(|left, right| left.0 == right.0) {
        let first = tied.iter().filter(|(_, is_above)| *is_above).count();
        let second = tied.len() - first;
        wins += first as f64 * (below_so_far as f64 + second as f64 / 2.0);
        below_so_far += second;
    }
    Some(wins / (above.len() as f64 * below.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half() {
        assert_eq!(auroc(&[0.9, 0.5], &[0.1, 0.5]), Some(0.875));
        assert_eq!(auroc(&[], &[0.5]), None);
    }
}
