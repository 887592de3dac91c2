//! The query parameters of a request.

use std::{collections::BTreeMap, convert::Infallible};

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use web::{FieldError, Problem};

use crate::words;

/// Query parameters, each at most once. Unknown parameters are ignored.
#[derive(Debug)]
pub struct Parameters(Result<BTreeMap<String, String>, Malformed>);

/// The query is not URL-encoded text, or has a parameter twice.
#[derive(Clone, Copy, Debug)]
struct Malformed;

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        Ok(Self(pairs.map_err(|_| Malformed).and_then(|Query(pairs)| {
            let count = pairs.len();
            let parameters: BTreeMap<_, _> = pairs.into_iter().collect();
            if parameters.len() == count { Ok(parameters) } else { Err(Malformed) }
        })))
    }
}

impl Parameters {
    /// Starts to parse the parameters.
    ///
    /// # Errors
    /// 400 for a malformed query.
    pub fn read(self) -> Result<Parser, Problem> {
        let parameters = self.0.map_err(|Malformed| Problem::bad_request(words::MALFORMED_QUERY))?;
        Ok(Parser { parameters, errors: Vec::new() })
    }
}

/// The parameters, and the errors of the invalid ones so far.
#[derive(Debug)]
pub struct Parser {
    parameters: BTreeMap<String, String>,
    errors: Vec<FieldError>,
}

impl Parser {
    /// Parses a parameter. If it is invalid, adds an error, and returns `None` like for a missing one.
    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        parse(self.parameters.get(name)?).map_err(|error| self.errors.push(error)).ok()
    }

    /// Returns whether the query has one of these parameters.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.parameters.contains_key(*name))
    }

    /// Ends the parsing.
    ///
    /// # Errors
    /// 422 with all errors.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }
}
