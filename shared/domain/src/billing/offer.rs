//! The plans for sale: which one fits an organization's people.

use super::Plan;

/// Number of people of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headcount {
    /// Number of its members.
    pub members: usize,
    /// Open invitations, also those that wait to be sent.
    pub invited: usize,
}

impl Plan {
    /// Returns whether the plan has a seat for each member. Open invitations do not count, because
    /// they can be revoked.
    #[must_use]
    pub fn fits(self, people: Headcount) -> bool {
        self.has_seats(people.members)
    }

    /// Returns the smallest plan with a seat for each member and each open invitation.
    #[must_use]
    pub fn recommended(people: Headcount) -> Self {
        let fitting = Self::ALL.into_iter().find(|plan| plan.has_seats(people.members + people.invited));
        fitting.unwrap_or(Self::Team)
    }

    fn has_seats(self, number: usize) -> bool {
        self.seats().is_none_or(|seats| number <= seats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smallest_plan_for_everyone_is_recommended() {
        for (members, invited, recommended, single_fits) in [
            (1, 0, Plan::Single, true),
            (1, 1, Plan::Team, true),
            (2, 0, Plan::Team, false),
            (200, 50, Plan::Team, false),
        ] {
            let people = Headcount { members, invited };
            assert_eq!(Plan::recommended(people), recommended, "{people:?}");
            assert_eq!(Plan::Single.fits(people), single_fits, "{people:?}");
            assert!(Plan::Team.fits(people), "{people:?}");
        }
    }
}
