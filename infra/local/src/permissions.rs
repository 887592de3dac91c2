//! What the functions' roles allow, and what of it was ever used: a permission that nobody uses is one too many.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::iam::{Need, Statement};
use crate::template::Function;

/// One statement of one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// The function whose role it is in.
    pub function: String,
    /// The statement's name.
    pub statement: String,
    /// The actions that it allows, as the template writes them.
    pub granted: BTreeSet<String>,
    /// Those that a call needed so far.
    pub used: BTreeSet<String>,
    /// Those that none did.
    pub unused: BTreeSet<String>,
}

/// All statements that allow something.
#[derive(Debug)]
pub struct Permissions(Mutex<Vec<Grant>>);

impl Permissions {
    /// The permissions of these functions, none of them used.
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

    /// A call of `function` that its `statements` allow needed this.
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

    /// Every statement, by function.
    pub fn report(&self) -> Vec<Grant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Nothing was used so far.
    pub fn clear(&self) {
        for grant in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            grant.unused.append(&mut grant.used);
        }
    }
}
