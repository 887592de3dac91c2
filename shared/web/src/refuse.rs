use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::{
    ResponseFormat,
    problem::{Kind, Problem},
    response,
    ui::{self, WayOn},
};

/// Answers a problem in the caller's own kind: JSON, or the same words as a page.
#[must_use]
pub fn refuse(wants: ResponseFormat, problem: Problem) -> Response {
    match wants {
        ResponseFormat::Json => problem.into_response(),
        ResponseFormat::Page => {
            let kind = problem.kind;
            let page =
                ui::error_page(kind.status().as_u16(), kind.title(), &problem.detail, way_on(&problem));
            refuse_with(problem, page)
        }
    }
}

/// Answers a problem with a page of the caller's own, such as a form that keeps what was typed.
#[must_use]
pub fn refuse_with(problem: Problem, page: Markup) -> Response {
    problem.log();
    let mut response = response::page(problem.kind.status(), page);
    response.headers_mut().extend(problem.headers);
    response
}

/// Where somebody goes from here.
fn way_on(problem: &Problem) -> WayOn<'_> {
    if problem.has_form {
        // The address that one is at: asked for, it is the form's page.
        return WayOn { label: "Back to the form", href: "" };
    }
    match problem.kind {
        Kind::Unauthorized => WayOn { label: "Sign in", href: "/login" },
        Kind::PaymentRequired => {
            let link = problem.extra.iter().find(|(name, _)| *name == "upgrade_url");
            let href = link.and_then(|(_, value)| value.as_str()).unwrap_or("/dashboard");
            WayOn { label: "See the plans", href }
        }
        Kind::NotFound | Kind::MethodNotAllowed => WayOn { label: "Go to the start page", href: "/" },
        _ => WayOn { label: "Go to the dashboard", href: "/dashboard" },
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
    async fn a_page_says_the_same_and_leads_on() {
        let response =
            refuse(ResponseFormat::Page, Problem::payment_required("/organizations/1").because("inside"));
        assert_eq!(response.status(), 402);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let page = text(response).await;
        assert!(page.contains("Choose a plan to go on working."), "{page}");
        assert!(page.contains(r#"href="/organizations/1""#), "{page}");
        assert!(!page.contains("inside"), "{page}");
        let problem = Problem::bad_request("Shorten it.").back_to_form();
        assert!(text(refuse(ResponseFormat::Page, problem)).await.contains(r#"href="">Back to the form"#));
        assert_eq!(refuse(ResponseFormat::Page, Problem::too_many(60)).headers()["retry-after"], "60");
    }
}
