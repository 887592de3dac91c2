//! Selects the route of a request.
//!
//! The gateway selects the route with the most specific path: an exact path, then a path with a
//! `{parameter}`, then a path with a `{greedy+}` parameter, then `$default`. For the same path, a
//! route with the method of the request precedes a route with `ANY`. Source: "Routing API requests"
//! in the API Gateway Developer Guide.

use crate::template::Route;

/// Routes of the HTTP API, the most specific first.
#[derive(Debug)]
pub struct Router {
    routes: Vec<(Vec<Segment>, Route)>,
    default: Option<Route>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
    Greedy(String),
}

/// The route that matches a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Matched<'a> {
    /// Name of the function.
    pub function: &'a str,
    /// Route key, such as `GET /login/{token}`.
    pub route_key: String,
    /// Decoded path parameters, by name.
    pub parameters: Vec<(String, String)>,
}

impl Router {
    /// Sorts the template's routes by specificity.
    pub fn new(routes: &[Route]) -> Self {
        let default = routes.iter().find(|route| route.method.is_none()).cloned();
        let mut routes: Vec<_> = routes
            .iter()
            .filter(|route| route.method.is_some())
            .map(|route| (route.path.split('/').skip(1).map(Segment::new).collect::<Vec<_>>(), route.clone()))
            .collect();
        routes.sort_by_key(|(segments, route)| {
            let kinds: Vec<u8> = segments.iter().map(Segment::rank).collect();
            (kinds, route.method.as_deref() == Some("ANY"))
        });
        Self { routes, default }
    }

    /// Returns the route for a request, or `None` if no route matches and there is no `$default`.
    pub fn find(&self, method: &str, path: &str) -> Option<Matched<'_>> {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        for (segments, route) in &self.routes {
            let route_method = route.method.as_deref().unwrap_or_default();
            if route_method != "ANY" && route_method != method {
                continue;
            }
            if let Some(parameters) = match_path(segments, &parts) {
                let route_key = format!("{route_method} {}", route.path);
                return Some(Matched { function: &route.function, route_key, parameters });
            }
        }
        let default = self.default.as_ref()?;
        Some(Matched {
            function: &default.function,
            route_key: "$default".to_owned(),
            parameters: Vec::new(),
        })
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Parameter(name.to_owned()),
            },
            None => Self::Literal(text.to_owned()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Parameter(_) => 1,
            Self::Greedy(_) => 2,
        }
    }
}

/// Returns the path parameters if the path matches the segments.
fn match_path(segments: &[Segment], parts: &[&str]) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut rest = parts;
    for segment in segments {
        let (part, tail) = rest.split_first()?;
        match segment {
            Segment::Literal(text) if text == part => {}
            Segment::Parameter(name) if !part.is_empty() => parameters.push((name.clone(), decode(part))),
            Segment::Greedy(name) if !part.is_empty() => {
                parameters.push((name.clone(), decode(&rest.join("/"))));
                return Some(parameters);
            }
            _ => return None,
        }
        rest = tail;
    }
    rest.is_empty().then_some(parameters)
}

/// Decodes percent escapes. Invalid escapes stay unchanged.
pub(super) fn decode(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let escaped = digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        match escaped.filter(|_| *byte == b'%') {
            Some(value) => {
                out.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router() -> Router {
        let route = |function: &str, key: &str| match key.split_once(' ') {
            Some((method, path)) => Route {
                function: function.to_owned(),
                method: Some(method.to_owned()),
                path: path.to_owned(),
            },
            None => Route { function: function.to_owned(), method: None, path: key.to_owned() },
        };
        Router::new(&[
            route("rest", "$default"),
            route("proxy", "ANY /files/{proxy+}"),
            route("organization", "GET /organizations/{id}"),
            route("signup", "GET /organizations/new"),
            route("any", "ANY /any"),
            route("get", "GET /any"),
            route("root", "GET /"),
        ])
    }

    fn check(method: &str, path: &str, key: &str, parameters: &[(&str, &str)]) {
        let router = router();
        let found = router.find(method, path).unwrap();
        let got: Vec<_> =
            found.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((found.route_key.as_str(), got.as_slice()), (key, parameters), "{method} {path}");
    }

    #[test]
    fn most_specific_route_wins() {
        check("GET", "/organizations/new", "GET /organizations/new", &[]);
        check("GET", "/organizations/org_1", "GET /organizations/{id}", &[("id", "org_1")]);
        check("GET", "/organizations/a%2Fb%20c%", "GET /organizations/{id}", &[("id", "a/b c%")]);
        check("GET", "/organizations/", "$default", &[]);
        check("GET", "/organizations/org_1/more", "$default", &[]);
        check("POST", "/organizations/org_1", "$default", &[]);
        check("HEAD", "/organizations/new", "$default", &[]);
        check("GET", "/any", "GET /any", &[]);
        check("POST", "/any", "ANY /any", &[]);
        check("GET", "/files/a/b/c", "ANY /files/{proxy+}", &[("proxy", "a/b/c")]);
        check("GET", "/files", "$default", &[]);
        check("GET", "/", "GET /", &[]);
        check("GET", "//", "$default", &[]);
    }
}
