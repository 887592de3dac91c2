//! Compares responses with `docs/openapi.yaml`, which must describe every JSON route.

use std::{cell::RefCell, collections::BTreeSet};

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value;

use crate::access::page::{self, Row};
use e2e::driver::{TestResponse, World};

const NAME: &str = "http://localhost/openapi.json";

/// The OpenAPI document, able to validate responses.
pub struct Description {
    text: Value,
    validator: RefCell<(Compiler, Schemas)>,
}

/// A node of the document: its JSON pointer and its value.
type Part<'a> = (String, &'a Value);

impl Description {
    /// Loads the document that the local stack serves.
    pub async fn of(world: &World) -> Self {
        let text = world.local("GET", "/_local/openapi.json", None).await;
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(NAME, text.clone()).unwrap();
        Self { text, validator: RefCell::new((compiler, Schemas::new())) }
    }

    /// Returns the differences between a response and the description of its route. A route without
    /// a description must not return JSON.
    pub fn faults(&self, row: &Row, response: &TestResponse) -> Vec<String> {
        let Some(operation) = self.operation(row) else {
            let is_json = response.header("content-type") == "application/json";
            return is_json.then(|| "JSON that is not described".to_owned()).into_iter().collect();
        };
        let Some(described) = self.part(&operation, &["responses", &response.status.to_string()]) else {
            return vec![format!("{} is not described", response.status)];
        };
        let mut faults = Vec::new();
        if let Some((_, headers)) = self.part(&described, &["headers"]) {
            let missing = headers.as_object().unwrap().keys().filter(|name| response.header(name).is_empty());
            faults.extend(missing.map(|name| format!("{name} is missing")));
        }
        match response.header("content-type") {
            // Pages have no schema.
            "" | "text/html; charset=utf-8" => {}
            media => match self.part(&described, &["content", media, "schema"]) {
                Some((pointer, _)) => faults.extend(self.mismatch(&pointer, &response.json())),
                None => faults.push(format!("{media} is not described")),
            },
        }
        faults
    }

    fn operation(&self, row: &Row) -> Option<Part<'_>> {
        let (method, path) = row.route.split_once(' ')?;
        self.part(&(String::new(), &self.text), &["paths", path, &method.to_ascii_lowercase()])
    }

    /// Returns the node at a path of keys below the node `from`, and follows `$ref`s. Returns
    /// `None` if a key does not exist.
    fn part<'a>(&'a self, from: &Part<'a>, names: &[&str]) -> Option<Part<'a>> {
        let (mut pointer, mut value) = (from.0.clone(), from.1);
        for name in names {
            value = value.get(name)?;
            pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            if let Some(target) = value.get("$ref") {
                target.as_str()?.strip_prefix('#')?.clone_into(&mut pointer);
                value = self.text.pointer(&pointer)?;
            }
        }
        Some((pointer, value))
    }

    /// Returns why a value does not match the schema at a JSON pointer.
    fn mismatch(&self, pointer: &str, value: &Value) -> Option<String> {
        let mut validator = self.validator.borrow_mut();
        let (compiler, schemas) = &mut *validator;
        let schema: SchemaIndex = compiler.compile(&format!("{NAME}#{pointer}"), schemas).unwrap();
        schemas.validate(value, schema).err().map(|error| format!("{error} at {pointer}: {value}"))
    }

    /// Adds to `found` every example below a node, each with the JSON pointer of its schema.
    fn examples<'a>(&self, pointer: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
            Value::Array(members) => members.iter().enumerate().map(|(n, it)| (n.to_string(), it)).collect(),
            _ => Vec::new(),
        };
        if let (Some(example), Some(_)) = (value.get("example"), value.get("schema")) {
            found.push((format!("{pointer}/schema"), example));
        }
        for (name, member) in members {
            self.examples(
                &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
                member,
                found,
            );
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
    let json_routes: BTreeSet<String> = page::of_template()
        .into_iter()
        .filter(|route| {
            let paths = ["/api/", "/handover", "/operator", "/problems/"];
            route.starts_with("POST ") || paths.iter().any(|path| route.contains(path))
        })
        .collect();
    assert_eq!(described, json_routes);
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
    for (pointer, example) in examples {
        assert_eq!(description.mismatch(&pointer, example), None);
    }
}

#[tokio::test]
async fn undescribed_response_is_reported() {
    let description = Description::of(&World::new().await).await;
    let schema = "/components/schemas/Dismissed";
    let (good, bad) =
        (serde_json::json!({ "success": true, "dismissed": true }), serde_json::json!({ "success": 1 }));
    assert_eq!(description.mismatch(schema, &good), None);
    assert!(description.mismatch(schema, &bad).is_some());
}
