//! What was asked and answered in a case, in a few words, for whoever reads why it failed.

use crate::{
    protocol::{Answer, Class, Effect, Input, Response},
    report::text,
    verdict::Exchange,
};

use super::told;

/// How many exchanges are kept: the last ones, where the trouble is.
const KEPT_MAX: usize = 60;

/// How many outputs of one answer are named.
const OUTPUTS_MAX: usize = 8;

/// The exchanges of a case so far.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    exchanges: Vec<Exchange>,
    cut: usize,
}

impl Transcript {
    /// A request goes out.
    pub(super) fn asked(&mut self, input: &Input) {
        if self.exchanges.len() >= 2 * KEPT_MAX {
            self.shorten();
        }
        let answered = "no usable answer".to_owned();
        self.exchanges.push(Exchange { asked: text::line(&told(input)), answered });
    }

    /// Its answer comes in.
    pub(super) fn answered(&mut self, response: &Response) {
        if let Some(last) = self.exchanges.last_mut() {
            last.answered = summed_up(response);
        }
    }

    fn shorten(&mut self) {
        let more = self.exchanges.len().saturating_sub(KEPT_MAX);
        self.exchanges.drain(..more);
        self.cut += more;
    }

    /// What is kept of it.
    pub(super) fn kept(mut self) -> Vec<Exchange> {
        self.shorten();
        if self.cut > 0 {
            let asked = format!("{} requests before", self.cut);
            self.exchanges.insert(0, Exchange { asked, answered: "left out".to_owned() });
        }
        self.exchanges
    }
}

/// An answer in a few words.
fn summed_up(response: &Response) -> String {
    let mut text = response.class.word().to_owned();
    if let Some(code) = &response.code {
        text.push_str(&format!(" ({})", text::line(code)));
    }
    match &response.result {
        Some(Answer::Observed(seen)) => {
            text.push_str(&format!(": {:?}, locked {}", seen.phase, seen.locked));
        }
        Some(Answer::Computed(outputs)) => {
            text.push_str(&format!(": {} outputs", outputs.len()));
        }
        Some(Answer::Hello(_) | Answer::Opened(_)) | None => {}
    }
    let words = response.outputs.iter().map(|output| did(&output.effect));
    let words: Vec<_> = words.take(OUTPUTS_MAX).collect();
    if !words.is_empty() && response.class != Class::Internal {
        text.push_str(&format!("; {}", words.join(", ")));
    }
    if response.outputs.len() > OUTPUTS_MAX {
        text.push_str(&format!(" and {} more", response.outputs.len() - OUTPUTS_MAX));
    }
    text::line(&text)
}

fn did(effect: &Effect) -> &'static str {
    match effect {
        Effect::PostAnnouncement { .. } => "posts an announcement",
        Effect::PostSealedKey { .. } => "posts a sealed key",
        Effect::PostNonce { .. } => "posts a nonce",
        Effect::PostLink { .. } => "posts a link",
        Effect::PostHeartbeat { .. } => "posts a heartbeat",
        Effect::PostLockRequest { .. } => "posts a lock request",
        Effect::Transmit { .. } => "sends a packet",
        Effect::Render { .. } => "plays something",
        Effect::ShowSecurityCode { .. } => "shows a security code",
        Effect::ShowLeaderChanged { .. } => "shows a new leader",
        Effect::ShowUnlockWarning {} => "warns that it is unlocked",
        Effect::ShowLeft {} => "shows that it left",
    }
}
