//! A case with live peers.

use conclave_model::script::ScriptStep;
use conclave_spec::Profile;

use super::{Run, Stop, profile};
use crate::{
    case::CaseSession,
    live::{Departure, Live},
    protocol::{Answer, Hex, Input},
};

impl Run<'_, '_> {
    /// Once more with live peers, in a session of its own: what the vector cannot compare any more
    /// is judged by meaning.
    pub(super) fn live_again(&mut self, session: &CaseSession) -> Result<(), Stop> {
        let name = format!("{}-{}", session.plays, self.bench.next_id);
        self.judge.begin_again();
        (self.now_ms, self.deadline_ms) = (0, None);
        let opened = self.ask(Some(&name), self.open(session))?;
        let Some(Answer::Opened(opened)) = opened.result else {
            return Err(Stop::Script("the session could not be opened again".to_owned()));
        };
        self.live(session, &name, &opened.ivk)?;
        self.close(&name)
    }

    /// The client draws its own: the other parties are played live.
    pub(super) fn live(
        &mut self,
        session: &CaseSession,
        name: &str,
        ivk: &Hex,
    ) -> Result<(), Stop> {
        let profile = profile(session)?;
        let world = Profile::by_id(self.case.profile()).unwrap_or_else(|| profile.clone());
        let algebra = crate::live::algebra(session);
        self.judge.go_live();
        for (at, step) in self.case.steps.iter().enumerate() {
            self.judge.foresee(at + 1, step);
        }
        let profiles = (&world, &profile);
        let mut live =
            Live::new(&algebra, session, profiles, self.mode.codec, ivk).map_err(Stop::Script)?;
        let mut own = 0;
        for script_step in &session.script.steps {
            if script_step.party == session.plays {
                own += 1;
                self.live_step(&mut live, name, own, script_step)?;
                continue;
            }
            let findings = live.play_other(script_step, own, self.departure());
            findings.map_err(Stop::Script)?.into_iter().for_each(|it| self.judge.note(it));
        }
        Ok(())
    }

    fn departure(&self) -> Departure {
        Departure { moved: self.judge.is_moved(), shifted: self.judge.is_shifted() }
    }

    fn live_step(
        &mut self,
        live: &mut Live<'_>,
        name: &str,
        own: usize,
        script_step: &ScriptStep,
    ) -> Result<(), Stop> {
        let Some(step) = own.checked_sub(1).and_then(|at| self.case.steps.get(at)) else {
            return Err(Stop::Script("the case has fewer steps than its script".to_owned()));
        };
        let input = match live.input(script_step) {
            Ok(input) => input,
            // What the script hands on was never sent, because of other rotations.
            Err(_) if self.judge.is_moved() => return Ok(()),
            Err(why) => return Err(Stop::Script(why)),
        };
        let step = live.expectation(step, &input);
        let response = self.give(name, own, &step, input.clone())?;
        let rules = live.rules();
        self.hear(own, &step, &response, &|one, other| crate::live::alike(rules, one, other))?;
        if let Some(wanted) = &step.expect.observed {
            self.observed(own, &step, wanted, &response);
        }
        self.timer(own, &step, &response);
        let findings = live.heard(&input, &response, own);
        findings.map_err(Stop::Script)?.into_iter().for_each(|it| self.judge.note(it));
        Ok(())
    }

    /// Notes who is on the list, and who leads, after an input that was taken.
    pub(super) fn listing(&mut self, step: usize, input: &Input) {
        use crate::protocol::Message::{Admitted, Departed, LeaderNamed};
        let own = |user: &str, device: &str| {
            let session = self.case.session.as_ref();
            session.is_some_and(|it| it.user_id == user && it.hardware_id == device)
        };
        match input {
            Input::Kick { user_id, hardware_id }
            | Input::Deliver { message: Departed { user_id, hardware_id } } => {
                self.judge.listing(user_id, hardware_id, false);
            }
            Input::Deliver { message: Admitted { user_id, hardware_id, .. } } => {
                self.judge.listing(user_id, hardware_id, true);
            }
            Input::Deliver { message: LeaderNamed { user_id, hardware_id, .. } }
                if !own(user_id, hardware_id) =>
            {
                self.judge.stepped_down(step);
            }
            Input::Deliver { .. }
            | Input::Hello { .. }
            | Input::Open { .. }
            | Input::Join { .. }
            | Input::Advance { .. }
            | Input::Send { .. }
            | Input::SetLock { .. }
            | Input::StepOut {}
            | Input::Leave {}
            | Input::Observe {}
            | Input::Compute { .. }
            | Input::Close {} => {}
        }
    }
}
