//! Tracks which permissions of the functions' roles the calls used. The template should not grant a
//! permission that no call uses.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use crate::{
    iam::{Need, Statement},
    template::Function,
};

/// A statement of a role with its used and unused actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// Name of the function that has the role.
    pub function: String,
    /// Name of the statement.
    pub statement: String,
    /// Actions that the statement allows, as the template writes them.
    pub granted: BTreeSet<String>,
    /// Actions that a call has used.
    pub used: BTreeSet<String>,
    /// Actions that no call has used.
    pub unused: BTreeSet<String>,
}

/// All statements that allow something.
#[derive(Debug)]
pub struct Permissions(Mutex<Vec<Grant>>);

impl Permissions {
    /// Creates the list from the functions' roles, with all actions unused.
    pub fn new<'a>(functions: impl IntoIterator<Item = &'a Function>) -> Self {
        let grant = |function: &Function, statement: &Statement| {
            let granted: BTreeSet<String> = statement.granted().iter().cloned().collect();
            Grant {
                function: function.name.clone(),
                statement: statement.name.clone(),
                unused: granted.clone(),
                granted,
                used: BTreeSet::new(),
            }
        };
        let grants = functions.into_iter().flat_map(|function| {
            let allowing = function.statements.iter().filter(|statement| !statement.granted().is_empty());
            allowing.map(move |statement| grant(function, statement))
        });
        Self(Mutex::new(grants.collect()))
    }

    /// Marks the actions of `statements` that allow `needs` as used.
    pub fn mark(&self, function: &str, statements: &[Statement], needs: &[Need]) {
        let mut grants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (statement, need) in statements.iter().flat_map(|s| needs.iter().map(move |need| (s, need))) {
            let Some(action) = statement.grants(need) else { continue };
            let own = |grant: &&mut Grant| grant.function == function && grant.statement == statement.name;
            if let Some(grant) = grants.iter_mut().find(own)
                && let Some(action) = grant.unused.take(action)
            {
                grant.used.insert(action);
            }
        }
    }

    /// Returns every statement, by function.
    pub fn report(&self) -> Vec<Grant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Marks all actions as unused.
    pub fn clear(&self) {
        for grant in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            grant.unused.append(&mut grant.used);
        }
    }
}
