//! Links that we close, while their last frames leave.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use tokio_util::sync::CancellationToken;

use super::limits::CLOSE_TIMEOUT;

/// How many links may be closing at once. They count neither as links nor as waiting, so only this limit keeps a peer
/// that reconnects again and again from holding all descriptors. An ordinary end takes one round trip.
const MAX_CLOSING: usize = 64;

/// Gives links that we close a moment for their last frames. At the limit, the one that has had the most time is cut.
#[derive(Debug, Default)]
pub struct Closing {
    cuts: Mutex<VecDeque<CancellationToken>>,
}

impl Closing {
    /// Cuts `cut`'s connection, soon.
    pub(super) fn cut_soon(&self, cut: CancellationToken) {
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        cuts.retain(|cut| !cut.is_cancelled());
        if cuts.len() >= MAX_CLOSING
            && let Some(oldest) = cuts.pop_front()
        {
            oldest.cancel();
        }
        cuts.push_back(cut.clone());
        drop(cuts);
        cut_after_timeout(cut);
    }
}

/// Cuts `cut`'s connection after [`CLOSE_TIMEOUT`], if it does not end by itself first.
pub(super) fn cut_after_timeout(cut: CancellationToken) {
    tokio::spawn(async move {
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, cut.cancelled()).await;
        cut.cancel();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn closing_links_are_bounded_in_number_and_time() {
        let closing = Closing::default();
        let cuts: Vec<_> = (0..1_000).map(|_| CancellationToken::new()).collect();
        for cut in &cuts {
            closing.cut_soon(cut.clone());
        }
        let alive = |cut: &&CancellationToken| !cut.is_cancelled();
        assert_eq!(cuts.iter().filter(alive).count(), MAX_CLOSING);
        assert!(cuts[1_000 - MAX_CLOSING..].iter().all(|cut| !cut.is_cancelled()), "the oldest are cut");
        tokio::time::sleep(CLOSE_TIMEOUT * 2).await;
        assert_eq!(cuts.iter().filter(alive).count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_ended_link_does_not_count() {
        let closing = Closing::default();
        let first = CancellationToken::new();
        closing.cut_soon(first.clone());
        for _ in 0..1_000 {
            let cut = CancellationToken::new();
            closing.cut_soon(cut.clone());
            cut.cancel();
        }
        assert!(!first.is_cancelled());
    }
}
