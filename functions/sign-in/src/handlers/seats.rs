//! The number of members, for plans that limit it.

use domain::org::Org;
use jiff::Timestamp;

use crate::App;

impl App {
    /// Counts the members if the plan limits their number. Without a limit, reads nothing and
    /// returns 0, because the domain then ignores the number.
    ///
    /// The members are read after `org`, and every change of the members changes the version of the
    /// organization's item. So if a member joined after `org` was read, the conditional write
    /// fails, and the handler counts again.
    pub async fn count_members(&self, org: &Org, now: Timestamp) -> Result<usize, store::Error> {
        match org.seats(now) {
            Some(_) => Ok(self.store.load_members(org.id).await?.len()),
            None => Ok(0),
        }
    }
}
