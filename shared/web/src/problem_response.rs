//! Renders a problem in the format that the caller prefers.

use axum::response::{IntoResponse, Response};
use maud::Markup;
use ui::NextAction;

use crate::{
    ResponseFormat,
    problem::{Kind, Problem},
    request_scope::{self, SubmittedForm, Viewer},
    response,
    words::action,
};

/// Renders a problem as JSON, or as a page with the same text.
#[must_use]
pub fn problem_response(format: ResponseFormat, problem: Problem) -> Response {
    match format {
        ResponseFormat::Json => problem.into_response(),
        ResponseFormat::Page => {
            let (kind, viewer, form) = (problem.kind, request_scope::viewer(), request_scope::form());
            let page = ui::error_page(
                (kind.status().as_u16(), kind.title()),
                &problem.detail,
                viewer.as_ref().map(Viewer::person),
                &next_action(&problem, form.as_ref(), viewer.is_some()),
            );
            problem_page(problem, page)
        }
    }
}

/// Renders a problem as the given page, such as a form that keeps the submitted values.
#[must_use]
pub fn problem_page(problem: Problem, page: Markup) -> Response {
    problem.log();
    let mut response = response::page(problem.kind.status(), page);
    response.headers_mut().extend(problem.headers);
    response
}

/// Chooses the action of the error page. `form` is `None` if the request is not a form.
fn next_action<'a>(
    problem: &'a Problem,
    form: Option<&'a SubmittedForm>,
    is_signed_in: bool,
) -> NextAction<'a> {
    if problem.has_form {
        // An empty URL means the URL of the current page. A `GET` request for this URL shows the
        // form again.
        return NextAction::Link { label: action::BACK_TO_FORM, href: "" };
    }
    let link = |member| problem.extra.iter().find(|(name, _)| *name == member)?.1.as_str();
    if let Some(href) = link("sign_in_url") {
        return NextAction::Link { label: action::SIGN_IN_BY_EMAIL, href };
    }
    let back = form.and_then(|form| form.back.as_deref());
    match (problem.kind, form, back) {
        (Kind::Unauthorized, ..) => NextAction::Link { label: action::SIGN_IN, href: "/login" },
        (Kind::PaymentRequired, ..) => NextAction::Link {
            label: ui::access::VIEW_PLANS,
            href: link("upgrade_url").unwrap_or("/dashboard"),
        },
        (Kind::TooMany | Kind::Internal | Kind::Unavailable, Some(form), _) => {
            NextAction::Repeat { label: action::TRY_AGAIN, fields: form.fields.iter().collect() }
        }
        (Kind::Internal | Kind::Unavailable, None, _) => {
            NextAction::Link { label: action::TRY_AGAIN, href: "" }
        }
        // The page may be the one that the caller may not open.
        (kind, _, Some(back)) if kind != Kind::Forbidden => {
            NextAction::Link { label: action::BACK, href: back }
        }
        (Kind::NotFound | Kind::MethodNotAllowed, ..) if !is_signed_in => {
            NextAction::Link { label: action::HOME, href: "/" }
        }
        _ => NextAction::Link { label: action::DASHBOARD, href: "/dashboard" },
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        extract::{FromRequest, Request},
        http::Method,
    };
    use domain::org::Status;
    use http_body_util::BodyExt;

    use super::*;
    use crate::{FormRequest, request_scope::RequestScope, respond_or_login};

    async fn text(response: Response) -> String {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn page_shows_the_detail_and_a_link() {
        let response = problem_response(
            ResponseFormat::Page,
            Problem::payment_required(Status::TrialExpired, "/organizations/1").because("inside"),
        );
        assert_eq!(response.status(), 402);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let page = text(response).await;
        assert!(page.contains("Choose a plan to restore full access."), "{page}");
        assert!(page.contains(r#"href="/organizations/1""#), "{page}");
        assert!(!page.contains("inside"), "{page}");
        let response =
            problem_response(ResponseFormat::Page, Problem::portal_session("app.example.com", "/account"));
        assert_eq!(response.status(), 403);
        let page = text(response).await;
        assert!(
            page.contains("app.example.com") && page.contains(r#"href="/login?next=/account""#),
            "{page}"
        );
        let problem = Problem::bad_request("Shorten it.").back_to_form();
        assert!(
            text(problem_response(ResponseFormat::Page, problem))
                .await
                .contains(r#"href="">Back to the form"#)
        );
        assert_eq!(
            problem_response(ResponseFormat::Page, Problem::too_many(60)).headers()["retry-after"],
            "60"
        );
    }

    #[tokio::test]
    async fn page_links_to_a_place_that_the_visitor_can_reach() {
        for (kind, href) in [
            (Kind::NotFound, "/"),
            (Kind::MethodNotAllowed, "/"),
            (Kind::Unauthorized, "/login"),
            (Kind::Forbidden, "/dashboard"),
        ] {
            let page = text(problem_response(ResponseFormat::Page, Problem::new(kind, "Sorry."))).await;
            let (_, main) = page.split_once("<main").unwrap();
            assert!(main.contains(&format!(r#"href="{href}""#)), "{kind:?}: {main}");
        }
    }

    #[tokio::test]
    async fn page_of_a_form_sends_it_again_or_leads_back() {
        for (problem, expected) in [
            (
                Problem::unavailable(),
                vec![r#"name="email" value="jo&quot;@x""#, "Try again", "method=\"post\""],
            ),
            (Problem::internal(), vec![r#"name="email""#, "Try again"]),
            (Problem::new(Kind::Conflict, "Sorry."), vec![r#"href="/members">Go back"#]),
            (Problem::not_found(), vec![r#"href="/members">Go back"#]),
            (Problem::forbidden(), vec![r#"href="/dashboard""#]),
        ] {
            let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
            let request = request.body(Body::from("email=jo%22%40x")).unwrap();
            let response = RequestScope::run(&Method::POST, async {
                let Ok(form) = FormRequest::from_request(request, &()).await;
                respond_or_login(ResponseFormat::Page, "/members", Err(problem.because(form.path)))
            });
            let page = text(response.await).await;
            let (_, main) = page.split_once("<main").unwrap();
            for part in expected {
                assert!(main.contains(part), "{part}: {main}");
            }
        }
        let response = RequestScope::run(&Method::GET, async {
            respond_or_login(ResponseFormat::Page, "/members", Err(Problem::unavailable()))
        });
        assert!(text(response.await).await.contains(r#"href="">Try again"#), "a page is loaded again");
    }
}
