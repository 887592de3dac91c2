//! Parses the sign-up form into domain types.

use domain::{
    checklist::{Industry, Offered},
    people::{Address, Name, NameError, User},
    secret::Hash,
    time::Zone,
};
use http::HeaderMap;
use web::{FieldError, Fields};

use crate::words::form as words_of;

/// A parsed sign-up form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpIn {
    pub organization: Name,
    /// Name and address of the user. They come from the form, or from the account of a known user.
    pub person: (Name, Address),
    pub start_trial: bool,
    pub zone: Zone,
    /// The industry that the user chose. `None` if they chose none or the form does not contain the
    /// field.
    pub industry: Option<&'static Industry>,
    pub token: Option<String>,
}

impl SignUpIn {
    /// Parses the fields. For a `known` user, the name and the address come from the account, not
    /// from the form.
    ///
    /// # Errors
    /// Returns the errors of all invalid fields, in the order of the form.
    pub fn parse(
        fields: &Fields,
        headers: &HeaderMap,
        known: Option<&User>,
        checklists: &Offered,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let organization = valid(parse_name(fields, "name"), &mut errors);
        let person = match known {
            Some(user) => Some((user.name.clone(), user.address.clone())),
            None => {
                let name = valid(parse_name(fields, "full_name"), &mut errors);
                name.zip(valid(parse_address(fields), &mut errors))
            }
        };
        let start_trial = valid(parse_start_trial(fields), &mut errors);
        let token = valid(web::form_token(fields, headers), &mut errors);
        let industry = valid(parse_industry(fields, checklists), &mut errors);
        let zone = Zone::named(fields.get("time_zone").unwrap_or_default());
        match (organization, person, start_trial, token, industry) {
            (Some(organization), Some(person), Some(start_trial), Some(token), Some(industry)) => {
                let token = token.map(str::to_owned);
                Ok(Self { organization, person, start_trial, zone, industry, token })
            }
            _ => Err(errors),
        }
    }
}

/// Returns the hash of the form token and the address. Two requests with the same hash send the
/// same form.
#[must_use]
pub fn form_hash(token: &str, address: &Address) -> Hash {
    Hash::of(&[token.as_bytes(), address.as_str().as_bytes()])
}

/// Returns the value of a valid field, or adds its error to `errors`.
fn valid<T>(parsed: Result<T, FieldError>, errors: &mut Vec<FieldError>) -> Option<T> {
    parsed.map_err(|error| errors.push(error)).ok()
}

fn parse_name(fields: &Fields, field: &'static str) -> Result<Name, FieldError> {
    Name::parse(fields.get(field).unwrap_or_default()).map_err(|error| {
        let message = match (field, error) {
            ("name", NameError::Empty) => words_of::NAME_REQUIRED.to_owned(),
            (_, NameError::Empty) => words_of::FULL_NAME_REQUIRED.to_owned(),
            _ => error.to_string(),
        };
        FieldError::new(field, error.code(), message)
    })
}

fn parse_address(fields: &Fields) -> Result<Address, FieldError> {
    let typed = fields.get("email").unwrap_or_default();
    Address::parse(typed).map_err(|error| {
        let code = if typed.trim().is_empty() { "required" } else { error.code() };
        FieldError::new("email", code, error.to_string())
    })
}

/// Parses the choice between a trial and a plan. A trial is the default.
fn parse_start_trial(fields: &Fields) -> Result<bool, FieldError> {
    match fields.get("start_trial").map(str::trim) {
        None | Some("true" | "1" | "on") => Ok(true),
        Some("false" | "0" | "off") => Ok(false),
        Some(_) => Err(FieldError::new("start_trial", "invalid", words_of::START_INVALID)),
    }
}

/// Parses the industry. Ignores it if no checklist of this deployment depends on it.
fn parse_industry(fields: &Fields, checklists: &Offered) -> Result<Option<&'static Industry>, FieldError> {
    let chosen = fields.get("industry").map(str::trim).filter(|key| !key.is_empty());
    let industry = chosen.and_then(|key| checklists.industries().find(|it| it.key == key));
    if chosen.is_some() && industry.is_none() && checklists.industries().next().is_some() {
        return Err(FieldError::new("industry", "invalid", words_of::INDUSTRY_INVALID));
    }
    Ok(industry)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use axum::{body::Body, extract::Request};

    use super::*;

    fn field_and_code(error: FieldError) -> (&'static str, &'static str) {
        match error.field {
            Cow::Borrowed(field) => (field, error.code),
            Cow::Owned(field) => panic!("not a field of the form: {field}"),
        }
    }

    async fn parse(json: &str) -> Result<SignUpIn, Vec<(&'static str, &'static str)>> {
        let request = Request::post("/").header("content-type", "application/json");
        let fields = Fields::read(request.body(Body::from(json.to_owned())).unwrap()).await.unwrap();
        SignUpIn::parse(&fields, &HeaderMap::new(), None, &Offered::parse("built-in,agency").unwrap())
            .map_err(|errors| errors.into_iter().map(field_and_code).collect())
    }

    #[tokio::test]
    async fn errors_are_listed_in_the_order_of_the_form() {
        assert_eq!(
            parse(r#"{"name":" ","email":"jo","start_trial":"maybe","form_token":"short"}"#).await,
            Err(vec![
                ("name", "required"),
                ("full_name", "required"),
                ("email", "invalid"),
                ("start_trial", "invalid"),
                ("form_token", "invalid"),
            ])
        );
    }

    #[tokio::test]
    async fn new_address_follows_the_rules() {
        for (address, expected) in [
            ("jo.doe@example.com", Ok(())),
            ("jo..doe@example.com", Err(vec![("email", "invalid")])),
            ("jo@1.2.3.4", Err(vec![("email", "invalid")])),
            ("jo＠example.com", Err(vec![("email", "full_width_at")])),
            (" ", Err(vec![("email", "required")])),
        ] {
            let form = parse(&format!(r#"{{"name":"Acme","full_name":"Jo","email":"{address}"}}"#)).await;
            assert_eq!(form.map(|_| ()), expected, "{address}");
        }
    }

    #[tokio::test]
    async fn industry_must_be_one_of_the_checklists() {
        for (industry, expected) in [
            ("", Ok(None)),
            (r#","industry":"""#, Ok(None)),
            (r#","industry":"agency""#, Ok(Some("agency"))),
            (r#","industry":"bakery""#, Err(vec![("industry", "invalid")])),
        ] {
            let json = format!(r#"{{"name":"Acme","full_name":"Jo","email":"jo@example.com"{industry}}}"#);
            let form = parse(&json).await;
            assert_eq!(form.map(|form| form.industry.map(|industry| industry.key)), expected, "{industry}");
        }
    }

    #[tokio::test]
    async fn start_trial_defaults_to_true_and_has_several_spellings() {
        for (spelling, expected) in [
            ("", Some(true)),
            (r#","start_trial":"true""#, Some(true)),
            (r#","start_trial":true"#, Some(true)),
            (r#","start_trial":1"#, Some(true)),
            (r#","start_trial":"on""#, Some(true)),
            (r#","start_trial":false"#, Some(false)),
            (r#","start_trial":"0""#, Some(false)),
            (r#","start_trial":"off""#, Some(false)),
            (r#","start_trial":"TRUE""#, None),
            (r#","start_trial":"""#, None),
        ] {
            let json = format!(r#"{{"name":"Acme","full_name":"Jo","email":"jo@example.com"{spelling}}}"#);
            assert_eq!(parse(&json).await.ok().map(|form| form.start_trial), expected, "{spelling}");
        }
    }
}
