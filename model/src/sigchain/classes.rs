//! Approval classes (4.6, subsec:multidev), kept link by link.
//!
//! An approval joins the approving device with every younger active one. Among active devices a class
//! is therefore an unbroken stretch in the order of age (lemma `l:verif_ineq` of the appendix), so the
//! classes that an approval joins are the last ones, and each is joined once.

/// The approval classes of devices that go by their age, 0 for the oldest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Classes {
    /// For each device another one of its class, nearer to the one that stands for it.
    towards: Vec<usize>,
    /// For the device that stands for a class: how many devices it has, how many of them are active,
    /// and the oldest.
    of_class: Vec<OfClass>,
    /// A device of each class that can still be joined, by age.
    open: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OfClass {
    size: usize,
    active: usize,
    oldest: usize,
}

impl Classes {
    /// The next device, in a class of its own.
    pub(super) fn add(&mut self) {
        let device = self.towards.len();
        self.towards.push(device);
        self.of_class.push(OfClass { size: 1, active: 1, oldest: device });
        self.open.push(device);
    }

    /// A device that was active is revoked.
    pub(super) fn revoke(&mut self, device: usize) {
        let class = self.stands_for(device);
        if let Some(of_class) = self.of_class.get_mut(class) {
            of_class.active = of_class.active.saturating_sub(1);
        }
    }

    /// A device approves every younger active one.
    pub(super) fn approve(&mut self, by: usize) {
        let own = self.oldest(by);
        while let Some(last) = self.open.last().copied().filter(|it| self.oldest(*it) > own) {
            self.open.pop();
            let class = self.stands_for(last);
            if self.of_class.get(class).is_some_and(|it| it.active > 0) {
                self.join(self.stands_for(by), class);
            }
        }
        if self.open.last().is_none_or(|it| self.oldest(*it) != own) {
            self.open.push(by);
        }
    }

    /// The oldest device of the class of a device, revoked or not.
    #[must_use]
    pub(super) fn oldest(&self, device: usize) -> usize {
        let class = self.stands_for(device);
        self.of_class.get(class).map_or(class, |it| it.oldest)
    }

    fn stands_for(&self, mut device: usize) -> usize {
        while let Some(next) = self.towards.get(device).copied().filter(|next| *next != device) {
            device = next;
        }
        device
    }

    /// Joins two classes; the smaller one goes into the larger, so that no way is long.
    fn join(&mut self, one: usize, other: usize) {
        let (Some(a), Some(b)) = (self.of_class.get(one), self.of_class.get(other)) else { return };
        let joined = OfClass {
            size: a.size + b.size,
            active: a.active + b.active,
            oldest: a.oldest.min(b.oldest),
        };
        let (large, small) = if a.size < b.size { (other, one) } else { (one, other) };
        if let Some(towards) = self.towards.get_mut(small) {
            *towards = large;
        }
        if let Some(of_class) = self.of_class.get_mut(large) {
            *of_class = joined;
        }
    }
}
