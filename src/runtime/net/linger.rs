//! Connections that we have given up and that still have something to say.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use tokio_util::sync::CancellationToken;

use super::LINGER;

/// Links that may take [`LINGER`] to end at once. They are on nobody's map and wait at no door: this alone keeps who comes
/// back again and again from holding all descriptors. Ordinary ends take a round trip, so that few are honest at a time.
const MAX_LINGERING: usize = 64;

/// Gives links that we close a moment for their last frames. Beyond a limit the one is cut that had most of it.
#[derive(Debug, Default)]
pub struct Lingering {
    cuts: Mutex<VecDeque<CancellationToken>>,
}

impl Lingering {
    /// Cuts `cut`'s connection, soon.
    pub(super) fn cut_soon(&self, cut: CancellationToken) {
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        cuts.retain(|cut| !cut.is_cancelled());
        if cuts.len() >= MAX_LINGERING
            && let Some(oldest) = cuts.pop_front()
        {
            oldest.cancel();
        }
        cuts.push_back(cut.clone());
        drop(cuts);
        cut_after_linger(cut);
    }
}

/// Cuts `cut`'s connection after [`LINGER`], if it does not end by itself before.
pub(super) fn cut_after_linger(cut: CancellationToken) {
    tokio::spawn(async move {
        let _ = tokio::time::timeout(LINGER, cut.cancelled()).await;
        cut.cancel();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn at_most_so_many_linger_and_none_for_long() {
        let lingering = Lingering::default();
        let cuts: Vec<_> = (0..1_000).map(|_| CancellationToken::new()).collect();
        for cut in &cuts {
            lingering.cut_soon(cut.clone());
        }
        let alive = |cut: &&CancellationToken| !cut.is_cancelled();
        assert_eq!(cuts.iter().filter(alive).count(), MAX_LINGERING);
        assert!(cuts[1_000 - MAX_LINGERING..].iter().all(|cut| !cut.is_cancelled()), "the oldest are cut");
        tokio::time::sleep(LINGER * 2).await;
        assert_eq!(cuts.iter().filter(alive).count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_ended_takes_no_place() {
        let lingering = Lingering::default();
        let first = CancellationToken::new();
        lingering.cut_soon(first.clone());
        for _ in 0..1_000 {
            let cut = CancellationToken::new();
            lingering.cut_soon(cut.clone());
            cut.cancel();
        }
        assert!(!first.is_cancelled());
    }
}
