//! The first beat: what was typed, as domain types, or every fault of it.

use domain::{
    address::Address,
    definition::{Industry, Offered},
    name::{Name, NameFault},
    people::User,
    secret::Hash,
    zone::Zone,
};
use http::HeaderMap;
use web::{FieldError, Fields};

/// A sign-up, as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpIn {
    pub organization: Name,
    /// Who signs up: name and address as typed, or those of who is signed in.
    pub person: (Name, Address),
    pub start_trial: bool,
    pub zone: Zone,
    /// What the organization does, if it was asked and said so.
    pub industry: Option<&'static Industry>,
    pub token: Option<String>,
}

impl SignUpIn {
    /// Reads the fields. Who is signed in is not asked for name and address, and nobody is asked what they do where
    /// that makes no difference.
    ///
    /// # Errors
    /// Every fault, in the order of the form.
    pub fn parse(
        fields: &Fields,
        headers: &HeaderMap,
        signed_in: Option<&User>,
        checklists: &Offered,
    ) -> Result<Self, Vec<FieldError>> {
        let mut faults = Vec::new();
        let name = |field: &'static str, faults: &mut Vec<FieldError>| {
            Name::parse(fields.get(field).unwrap_or_default())
                .map_err(|fault| faults.push(FieldError::new(field, fault.code(), words(field, fault))))
                .ok()
        };
        let organization = name("name", &mut faults);
        let person = if let Some(user) = signed_in {
            Some((user.name.clone(), user.address.clone()))
        } else {
            let full_name = name("full_name", &mut faults);
            let typed = fields.get("email").unwrap_or_default();
            let address = Address::parse(typed)
                .map_err(|fault| {
                    let code = if typed.trim().is_empty() { "required" } else { "invalid" };
                    faults.push(FieldError::new("email", code, fault.to_string()));
                })
                .ok();
            full_name.zip(address)
        };
        let start_trial = match fields.get("start_trial").map(str::trim) {
            None | Some("true" | "1" | "on") => Some(true),
            Some("false" | "0" | "off") => Some(false),
            Some(_) => {
                faults.push(FieldError::new(
                    "start_trial",
                    "invalid",
                    "Choose whether to start with a trial.",
                ));
                None
            }
        };
        let token = web::form_token(fields, headers).map_err(|fault| faults.push(fault)).ok().flatten();
        let chosen = fields.get("industry").map(str::trim).filter(|key| !key.is_empty());
        let industry = chosen.and_then(|key| checklists.industries().find(|it| it.key == key));
        if chosen.is_some() && industry.is_none() && checklists.industries().next().is_some() {
            faults.push(FieldError::new("industry", "invalid", "Choose one of the list, or leave it open."));
        }
        let zone = Zone::named(fields.get("time_zone").unwrap_or_default());
        match (organization, person, start_trial) {
            (Some(organization), Some(person), Some(start_trial)) if faults.is_empty() => Ok(Self {
                organization,
                person,
                start_trial,
                zone,
                industry,
                token: token.map(str::to_owned),
            }),
            _ => Err(faults),
        }
    }
}

/// What makes a double submit recognisable: the token together with the address.
#[must_use]
pub fn replay(token: &str, address: &Address) -> Hash {
    Hash::of(&[token.as_bytes(), address.as_str().as_bytes()])
}

fn words(field: &str, fault: NameFault) -> String {
    match (field, fault) {
        ("name", NameFault::Empty) => "Enter your organization’s name.".to_owned(),
        (_, NameFault::Empty) => "Enter your name.".to_owned(),
        _ => fault.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use axum::{body::Body, extract::Request};

    use super::*;

    fn named(fault: FieldError) -> (&'static str, &'static str) {
        match fault.field {
            Cow::Borrowed(field) => (field, fault.code),
            Cow::Owned(field) => panic!("no field of the form: {field}"),
        }
    }

    async fn parse(json: &str) -> Result<SignUpIn, Vec<(&'static str, &'static str)>> {
        let request = Request::post("/").header("content-type", "application/json");
        let fields = Fields::read(request.body(Body::from(json.to_owned())).unwrap()).await.unwrap();
        SignUpIn::parse(&fields, &HeaderMap::new(), None, &Offered::parse("built-in,agency").unwrap())
            .map_err(|faults| faults.into_iter().map(named).collect())
    }

    #[tokio::test]
    async fn every_fault_is_named_in_the_order_of_the_form() {
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
    async fn an_industry_is_one_of_those_that_make_a_difference() {
        for (industry, read) in [
            ("", Ok(None)),
            (r#","industry":"""#, Ok(None)),
            (r#","industry":"agency""#, Ok(Some("agency"))),
            (r#","industry":"bakery""#, Err(vec![("industry", "invalid")])),
        ] {
            let json = format!(r#"{{"name":"Acme","full_name":"Jo","email":"jo@example.com"{industry}}}"#);
            let asked = parse(&json).await;
            assert_eq!(asked.map(|it| it.industry.map(|it| it.key)), read, "{industry}");
        }
    }

    #[tokio::test]
    async fn a_trial_is_the_default_and_every_spelling_of_the_choice_counts() {
        for (spelling, wanted) in [
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
            assert_eq!(parse(&json).await.ok().map(|asked| asked.start_trial), wanted, "{spelling}");
        }
    }
}
