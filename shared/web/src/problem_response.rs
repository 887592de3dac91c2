//! Renders a problem in the format that the caller prefers.

use axum::response::{IntoResponse, Response};
use maud::Markup;
use ui::NextAction;

use crate::{
    ResponseFormat,
    problem::{Kind, Problem},
    response,
    words::action,
};

/// Renders a problem as JSON, or as a page with the same text.
#[must_use]
pub fn problem_response(format: ResponseFormat, problem: Problem) -> Response {
    match format {
        ResponseFormat::Json => problem.into_response(),
        ResponseFormat::Page => {
            let kind = problem.kind;
            let page =
                ui::error_page(kind.status().as_u16(), kind.title(), &problem.detail, next_action(&problem));
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

/// Chooses the link of the error page.
fn next_action(problem: &Problem) -> NextAction<'_> {
    if problem.has_form {
        // An empty URL means the URL of the current page. A `GET` request for this URL shows the
        // form again.
        return NextAction { label: action::BACK_TO_FORM, href: "" };
    }
    let link = |member| problem.extra.iter().find(|(name, _)| *name == member)?.1.as_str();
    if let Some(href) = link("sign_in_url") {
        return NextAction { label: action::SIGN_IN_BY_EMAIL, href };
    }
    match problem.kind {
        Kind::Unauthorized => NextAction { label: action::SIGN_IN, href: "/login" },
        Kind::PaymentRequired => {
            NextAction { label: action::VIEW_PLANS, href: link("upgrade_url").unwrap_or("/dashboard") }
        }
        Kind::NotFound | Kind::MethodNotAllowed => NextAction { label: action::HOME, href: "/" },
        _ => NextAction { label: action::DASHBOARD, href: "/dashboard" },
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn text(response: Response) -> String {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn page_shows_the_detail_and_a_link() {
        let response = problem_response(
            ResponseFormat::Page,
            Problem::payment_required("/organizations/1").because("inside"),
        );
        assert_eq!(response.status(), 402);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let page = text(response).await;
        assert!(page.contains("Choose a plan or pay to continue."), "{page}");
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
}
