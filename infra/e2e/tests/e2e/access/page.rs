//! Parser of the table in `docs/access-matrix.md`.

use std::collections::{BTreeMap, BTreeSet};

use aws_local::template::{TEXT, Template};

const PAGE: &str = include_str!("../../../../../docs/access-matrix.md");

/// One row of the table: the expected statuses of a route.
#[derive(Debug)]
pub struct Row {
    /// The method and the path as in the template, or `$default` for paths without a route.
    pub route: String,
    /// The cell of each caller's column.
    pub cells: BTreeMap<&'static str, String>,
    /// Statuses that do not depend on the caller.
    pub also: BTreeSet<u16>,
}

impl Row {
    /// Returns every status that the route can return.
    pub fn statuses(&self) -> BTreeSet<u16> {
        let cells = self.cells.values().flat_map(|cell| cell.split('/')).filter_map(|text| text.parse().ok());
        cells.chain(self.also.iter().copied()).collect()
    }

    /// Returns the method, or `GET` for `$default`.
    pub fn method(&self) -> &str {
        self.route.split_once(' ').map_or("GET", |(method, _)| method)
    }

    /// Returns the path with its parameters in braces, or a path without a route for `$default`.
    pub fn path(&self) -> &str {
        self.route.split_once(' ').map_or("/nowhere", |(_, path)| path)
    }
}

/// Returns the callers' columns, between the route and "also".
pub fn columns() -> Vec<&'static str> {
    let head = lines().next().unwrap();
    head[1..head.len() - 1].to_vec()
}

/// Returns all rows of the table.
pub fn rows() -> Vec<Row> {
    let columns = columns();
    lines()
        .skip(2)
        .map(|cells| {
            let (route, rest) = cells.split_first().unwrap();
            let (also, listed) = rest.split_last().unwrap();
            assert_eq!(listed.len(), columns.len(), "{route}");
            Row {
                route: route.trim_matches('`').to_owned(),
                cells: columns.iter().copied().zip(listed.iter().map(|cell| (*cell).to_owned())).collect(),
                also: also.split_whitespace().map(|status| status.parse().unwrap()).collect(),
            }
        })
        .collect()
}

fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    let table = PAGE.lines().skip_while(|line| !line.starts_with("| route "));
    table.map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

/// Returns the template's routes in the notation of the table. The row of a `GET` covers its
/// `HEAD`.
pub fn of_template() -> BTreeSet<String> {
    let template = Template::parse(TEXT, &BTreeMap::new()).unwrap();
    template
        .routes
        .into_iter()
        .filter(|route| route.method.as_deref() != Some("HEAD"))
        .map(|route| match route.method {
            Some(method) => format!("{method} {}", route.path),
            None => route.path,
        })
        .collect()
}

#[test]
fn access_matrix_lists_exactly_the_routes_of_the_template() {
    let of_page: BTreeSet<String> = rows().into_iter().map(|row| row.route).collect();
    assert_eq!(of_page, of_template());
}
