//! `docs/doors.md`, read as the table that it is.

use std::collections::{BTreeMap, BTreeSet};

use local::template::{TEXT, Template};

const PAGE: &str = include_str!("../../../../docs/doors.md");

/// What the page says of one route.
#[derive(Debug)]
pub struct Row {
    /// The method and the path, as the template has them; `$default` for what no route takes.
    pub route: String,
    /// What each column says.
    pub cells: BTreeMap<&'static str, String>,
    /// Statuses that follow from something else than from who asks.
    pub also: BTreeSet<u16>,
}

impl Row {
    /// Every status that the route can give.
    pub fn statuses(&self) -> BTreeSet<u16> {
        let told = self.cells.values().flat_map(|cell| cell.split('/')).filter_map(|text| text.parse().ok());
        told.chain(self.also.iter().copied()).collect()
    }

    /// The method; a read for what no route takes.
    pub fn method(&self) -> &str {
        self.route.split_once(' ').map_or("GET", |(method, _)| method)
    }

    /// The path, with its parameters in braces.
    pub fn path(&self) -> &str {
        self.route.split_once(' ').map_or("/nowhere", |(_, path)| path)
    }
}

/// The columns between the route and "also", from the table's first line.
pub fn columns() -> Vec<&'static str> {
    let head = lines().next().unwrap();
    head[1..head.len() - 1].to_vec()
}

/// All rows.
pub fn rows() -> Vec<Row> {
    let columns = columns();
    lines()
        .skip(2)
        .map(|cells| {
            let (route, rest) = cells.split_first().unwrap();
            let (also, told) = rest.split_last().unwrap();
            assert_eq!(told.len(), columns.len(), "{route}");
            Row {
                route: route.trim_matches('`').to_owned(),
                cells: columns.iter().copied().zip(told.iter().map(|cell| (*cell).to_owned())).collect(),
                also: also.split_whitespace().map(|status| status.parse().unwrap()).collect(),
            }
        })
        .collect()
}

fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    let table = PAGE.lines().skip_while(|line| !line.starts_with("| route "));
    table.map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

/// The template's routes, as the page writes them. The row of a `GET` covers its `HEAD`.
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
fn every_route_of_the_template_has_a_row_and_no_other_has() {
    let of_page: BTreeSet<String> = rows().into_iter().map(|row| row.route).collect();
    assert_eq!(of_page, of_template());
}
