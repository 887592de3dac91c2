//! The template, the crates and the recorded events speak of one system. A disagreement fails here and not on AWS.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use local::{Config, Stack, functions, template::Template};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn template() -> Template {
    Template::parse(local::template::TEXT, &BTreeMap::new()).unwrap()
}

fn folders(of: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(of)).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Every text of a crate's source, its tests left out.
fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_stem().is_some_and(|stem| stem != "tests" && stem != "testing")
        {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[test]
fn functions_are_the_same_in_the_template_the_folders_the_stack_and_the_events() {
    let of_template: BTreeSet<String> = template().functions.into_keys().collect();
    let of_stack: BTreeSet<String> = functions::all().into_keys().map(str::to_owned).collect();
    assert_eq!(of_template, folders("functions"));
    assert_eq!(of_template, of_stack);
    assert_eq!(of_template, folders("events"));
}

#[test]
fn a_function_is_given_exactly_the_variables_that_it_reads() {
    for (name, function) in template().functions {
        let sources = sources(&root().join("functions").join(&name).join("src"));
        let code = sources.iter().map(|text| text.split("#[cfg(test)]").next().unwrap());
        // Whatever stands in quotes and is spelled like a variable.
        let read: BTreeSet<String> = code
            .flat_map(|text| text.split('"').skip(1).step_by(2))
            .filter(|text| text.contains('_') && text.chars().all(|ch| ch.is_ascii_uppercase() || ch == '_'))
            .map(str::to_owned)
            .chain(
                sources
                    .iter()
                    .any(|text| text.contains(".product_name()"))
                    .then(|| "PRODUCT_NAME".to_owned()),
            )
            .collect();
        // Lambda's own are not the template's, and the table's name is set for all functions at once.
        let given = function.variables.into_keys().filter(|name| !name.starts_with("AWS_"));
        let given: BTreeSet<_> = given.filter(|name| name != "TABLE_NAME" || read.contains(name)).collect();
        assert_eq!(given, read, "{name}: given by the template, and read by the code");
    }
}

#[test]
fn routes_are_the_same_in_the_template_and_in_the_table_that_answers_405() {
    let of_template: BTreeSet<(String, String)> = template()
        .routes
        .into_iter()
        .filter(|route| route.path != "$default")
        .map(|route| (route.method.unwrap(), route.path))
        .collect();
    let of_code =
        web::routes::ROUTES.iter().map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();
    assert_eq!(of_template, of_code);
}

#[tokio::test]
async fn every_route_of_the_template_is_one_that_its_function_knows() {
    let stack = Stack::start(Config::memory()).await.unwrap();
    for route in template().routes {
        let (Some(method), false) = (route.method, route.path == "$default") else { continue };
        let path = route.path.replace(['{', '}'], "");
        let request = http::Request::builder().method(method.as_str()).uri(&path).header("host", "localhost");
        let answer = stack.request(request.body(axum::body::Bytes::new()).unwrap()).await;
        assert_ne!(answer.status(), 405, "{method} {path}");
        // Parameters that are not there are 404 by right, and so is what nobody but operators may know of.
        let unseen = route.path.contains('{') || route.path.starts_with("/operator");
        assert!(answer.status() != 404 || unseen, "{method} {path}");
        assert_ne!(answer.status(), 500, "{method} {path}");
    }
}

#[test]
fn indexes_of_the_template_are_those_that_are_asked() {
    let store = sources(&root().join("shared/store/src")).concat();
    for table in template().tables {
        for index in table.indexes {
            assert!(store.contains(&format!("\"{}\"", index.name)), "{} is asked by nobody", index.name);
        }
    }
}

#[test]
fn every_recorded_event_is_json_and_named_for_its_case() {
    for function in folders("events") {
        let folder = root().join("events").join(&function);
        let mut cases = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let _event: serde_json::Value =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            cases += 1;
        }
        assert!(cases > 0, "{function} has no recorded event");
    }
}
