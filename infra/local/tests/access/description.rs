//! `docs/openapi.yaml`: it describes every route that programs write to or read, and tells the truth of them.

use std::{cell::RefCell, collections::BTreeSet};

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value;

use crate::{
    driver::{Answer, World},
    page::{self, Row},
};

const NAME: &str = "http://localhost/openapi.json";

/// The description, able to judge answers.
pub struct Description {
    text: Value,
    judge: RefCell<(Compiler, Schemas)>,
}

/// A part of the description: where it is, and what stands there.
type Part<'a> = (String, &'a Value);

impl Description {
    /// As the local stack serves it.
    pub async fn of(world: &World) -> Self {
        let text = world.local("GET", "/_local/openapi.json", None).await;
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(NAME, text.clone()).unwrap();
        Self { text, judge: RefCell::new((compiler, Schemas::new())) }
    }

    /// What an answer of that route does against the description; nothing if the route is not described.
    pub fn faults(&self, row: &Row, answer: &Answer) -> Vec<String> {
        let Some(operation) = self.operation(row) else {
            let spoken = answer.header("content-type") == "application/json";
            return spoken.then(|| "JSON that is not described".to_owned()).into_iter().collect();
        };
        let Some(response) = self.part(&operation, &["responses", &answer.status.to_string()]) else {
            return vec![format!("{} is not described", answer.status)];
        };
        let mut faults = Vec::new();
        if let Some((_, headers)) = self.part(&response, &["headers"]) {
            let missing = headers.as_object().unwrap().keys().filter(|name| answer.header(name).is_empty());
            faults.extend(missing.map(|name| format!("{name} is missing")));
        }
        match answer.header("content-type") {
            // The same in the dress of a page.
            "" | "text/html; charset=utf-8" => {}
            media => match self.part(&response, &["content", media, "schema"]) {
                Some((place, _)) => faults.extend(self.misfit(&place, &answer.json())),
                None => faults.push(format!("{media} is not described")),
            },
        }
        faults
    }

    fn operation(&self, row: &Row) -> Option<Part<'_>> {
        let (method, path) = row.route.split_once(' ')?;
        self.part(&(String::new(), &self.text), &["paths", path, &method.to_ascii_lowercase()])
    }

    /// The part under these names, through references.
    fn part<'a>(&'a self, from: &Part<'a>, names: &[&str]) -> Option<Part<'a>> {
        let (mut place, mut value) = (from.0.clone(), from.1);
        for name in names {
            value = value.get(name)?;
            place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
            if let Some(target) = value.get("$ref") {
                target.as_str()?.strip_prefix('#')?.clone_into(&mut place);
                value = self.text.pointer(&place)?;
            }
        }
        Some((place, value))
    }

    /// Why a value does not fit the schema at that place.
    fn misfit(&self, place: &str, value: &Value) -> Option<String> {
        let mut judge = self.judge.borrow_mut();
        let (compiler, schemas) = &mut *judge;
        let schema: SchemaIndex = compiler.compile(&format!("{NAME}#{place}"), schemas).unwrap();
        schemas.validate(value, schema).err().map(|error| format!("{error} at {place}: {value}"))
    }

    /// Every part with an example, and the example.
    fn examples<'a>(&self, place: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
            Value::Array(members) => members.iter().enumerate().map(|(n, it)| (n.to_string(), it)).collect(),
            _ => Vec::new(),
        };
        if let (Some(example), Some(_)) = (value.get("example"), value.get("schema")) {
            found.push((format!("{place}/schema"), example));
        }
        for (name, member) in members {
            self.examples(&format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), member, found);
        }
    }
}

#[tokio::test]
async fn openapi_lists_exactly_the_json_routes() {
    let description = Description::of(&World::new().await).await;
    let mut described = BTreeSet::new();
    for (path, methods) in description.text["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap().keys().filter(|name| *name != "parameters");
        described.extend(methods.map(|method| format!("{} {path}", method.to_ascii_uppercase())));
    }
    let spoken: BTreeSet<String> = page::of_template()
        .into_iter()
        .filter(|route| {
            let paths = ["/api/", "/operator", "/problems/"];
            route.starts_with("POST ") || paths.iter().any(|path| route.contains(path))
        })
        .collect();
    assert_eq!(described, spoken);
}

#[tokio::test]
async fn openapi_statuses_match_the_access_matrix() {
    let description = Description::of(&World::new().await).await;
    for row in page::rows() {
        let Some((_, operation)) = description.operation(&row) else { continue };
        let described = operation["responses"].as_object().unwrap().keys();
        let described: BTreeSet<u16> = described.map(|status| status.parse().unwrap()).collect();
        assert_eq!(described, row.statuses(), "{}", row.route);
    }
}

#[tokio::test]
async fn openapi_examples_match_their_schemas() {
    let description = Description::of(&World::new().await).await;
    let mut examples = Vec::new();
    description.examples("", &description.text, &mut examples);
    assert!(examples.len() > 5);
    for (place, example) in examples {
        assert_eq!(description.misfit(&place, example), None);
    }
}

#[tokio::test]
async fn undescribed_response_is_reported() {
    let description = Description::of(&World::new().await).await;
    let schema = "/components/schemas/Dismissed";
    let (good, odd) =
        (serde_json::json!({ "success": true, "dismissed": true }), serde_json::json!({ "success": 1 }));
    assert_eq!(description.misfit(schema, &good), None);
    assert!(description.misfit(schema, &odd).is_some());
}
