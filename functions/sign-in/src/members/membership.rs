//! Roles, removal and leaving.

use domain::{
    id::UserId,
    org::Org,
    people::{Admin, User},
    team::Membership,
};
use store::Stored;
use telemetry::LogArea;
use web::{Fields, Problem};

use crate::{
    App,
    auth::AuthenticatedUser,
    members::{
        ask::parse_role,
        change::{Changed, TeamChangeError},
    },
};

impl App {
    pub async fn change_role(
        &self,
        caller: &AuthenticatedUser,
        admin: &Admin,
        id: &str,
        fields: &Fields,
    ) -> Result<Changed, TeamChangeError> {
        let (member, _) = self.member(caller, parse_id(id)?).await?;
        let role = parse_role(fields).map_err(|fault| Problem::invalid(vec![fault]))?;
        let before = &caller.found.org;
        let mut org = before.value.clone();
        let appointed = org.change_role(admin, &member, role, caller.now)?;
        if appointed != member {
            self.store.commit_role(before, &org, &member, &appointed).await?;
            let (organization, user, role) = (org.id, member.user, role.as_str());
            tracing::info!(area = %LogArea::Access, %organization, %user, role, "role changed");
        }
        Ok(Changed::Appointed(Box::new(appointed)))
    }

    pub async fn remove(
        &self,
        caller: &AuthenticatedUser,
        admin: &Admin,
        id: &str,
    ) -> Result<Changed, TeamChangeError> {
        let (member, person) = self.member(caller, parse_id(id)?).await?;
        let mut org = caller.found.org.value.clone();
        org.remove(admin, &member, caller.now)?;
        self.part(caller, &org, &member, &person).await?;
        Ok(if member.user == caller.member.user() { Changed::Left } else { Changed::Gone })
    }

    pub async fn leave(&self, caller: &AuthenticatedUser) -> Result<Changed, TeamChangeError> {
        // Read after the organization, whose version tells whether anybody came meanwhile.
        let members = self.store.load_members(caller.member.org()).await?;
        let mut org = caller.found.org.value.clone();
        org.leave(&caller.member, &members, caller.now)?;
        let (member, person) = self.member(caller, caller.member.user()).await?;
        self.part(caller, &org, &member, &person).await?;
        Ok(Changed::Left)
    }

    async fn part(
        &self,
        caller: &AuthenticatedUser,
        org: &Org,
        member: &Membership,
        person: &Stored<User>,
    ) -> Result<(), TeamChangeError> {
        let mut after = person.value.clone();
        after.leave(org.id);
        self.store.commit_removal(&caller.found.org, org, member, (person, &after)).await?;
        tracing::info!(area = %LogArea::Access, organization = %org.id, user = %member.user, "member gone");
        Ok(())
    }

    /// A member of the caller's own organization. Everybody else is answered like nobody.
    async fn member(
        &self,
        caller: &AuthenticatedUser,
        user: UserId,
    ) -> Result<(Membership, Stored<User>), TeamChangeError> {
        let found = self.store.load_member(caller.member.org(), user).await?;
        Ok(found.ok_or_else(Problem::not_found)?)
    }
}

fn parse_id(text: &str) -> Result<UserId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}
