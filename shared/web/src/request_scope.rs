//! What the error page of a request can show: the signed-in user, and a button that sends the form
//! again.
//!
//! Errors come from every part of a handler. So the parts that know the user and the fields leave them
//! here, and only the error page reads them. They decide nothing else.

use std::cell::OnceCell;

use axum::http::Method;
use ui::{BackLink, Person};

use crate::form::Fields;

tokio::task_local! {
    static CURRENT: RequestScope;
}

/// State of one request while its handler runs.
#[derive(Debug, Default)]
pub(crate) struct RequestScope {
    is_form: bool,
    viewer: OnceCell<Viewer>,
    fields: OnceCell<Fields>,
    back: OnceCell<String>,
}

/// The user whom the header of a page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    name: String,
    organization: String,
    admin: bool,
    /// URL and host of the page of the host app to which the user returns.
    back: Option<(String, String)>,
}

impl Viewer {
    /// Returns the user for the page header.
    #[must_use]
    pub fn person(&self) -> Person<'_> {
        let back = self.back.as_ref().map(|(url, host)| BackLink { url, host });
        Person { name: &self.name, organization: &self.organization, admin: self.admin, here: None, back }
    }
}

impl RequestScope {
    /// Runs a handler in the scope of a request with this method.
    pub(crate) async fn run<T>(method: &Method, handler: impl Future<Output = T>) -> T {
        CURRENT.scope(Self { is_form: *method == Method::POST, ..Self::default() }, handler).await
    }
}

/// Leaves the signed-in user to the error page. The first user stays.
pub(crate) fn set_viewer(person: &Person<'_>) {
    let viewer = || Viewer {
        name: person.name.to_owned(),
        organization: person.organization.to_owned(),
        admin: person.admin,
        back: person.back.map(|back| (back.url.to_owned(), back.host.to_owned())),
    };
    set(|scope| {
        scope.viewer.get_or_init(viewer);
    });
}

/// Leaves the fields of the form to the error page.
pub(crate) fn set_fields(fields: &Fields) {
    set(|scope| {
        scope.fields.get_or_init(|| fields.clone());
    });
}

/// Leaves the path of the page to which a rejected form leads back.
pub(crate) fn set_back(path: &str) {
    set(|scope| {
        scope.back.get_or_init(|| path.to_owned());
    });
}

/// Changes the scope. Without a scope, as in a unit test, there is nothing to change.
fn set(change: impl FnOnce(&RequestScope)) {
    CURRENT.try_with(change).unwrap_or_default();
}

/// Returns the user of the session, if the handler loaded one. It is not an authentication: use it only
/// for the header of a page that works without a session.
#[must_use]
pub fn viewer() -> Option<Viewer> {
    CURRENT.try_with(|scope| scope.viewer.get().cloned()).ok().flatten()
}

/// A submitted form, as the error page needs it.
#[derive(Debug)]
pub(crate) struct SubmittedForm {
    /// The fields. A form that the handler did not read has none.
    pub(crate) fields: Fields,
    /// The path of the page to which the form leads back.
    pub(crate) back: Option<String>,
}

/// Returns the submitted form, or `None` if the request is not a form.
pub(crate) fn form() -> Option<SubmittedForm> {
    let form = |scope: &RequestScope| {
        let (fields, back) = (scope.fields.get().cloned(), scope.back.get().cloned());
        scope.is_form.then(|| SubmittedForm { fields: fields.unwrap_or_default(), back })
    };
    CURRENT.try_with(form).ok().flatten()
}
