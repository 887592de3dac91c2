//! `GET /onboarding/api/checklist`: the checklist as JSON.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::Request;
use org_state::{ChecklistOut, Links};
use web::Problem;

use crate::{app::Settings, views::View};

/// Responds to an admin with the checklist, or with 304 if a client polls for a checklist that it
/// already has.
pub async fn checklist_json<B>(view: View, State(config): Settings, request: Request<B>) -> Response {
    if view.admin.is_none() {
        return Problem::forbidden().into_response();
    }
    let origin = web::origin(&request);
    let links = Links { origin: &origin, app: config.app_url.as_deref(), org: view.org.id };
    match serde_json::to_string(&ChecklistOut::of(&view.org, links, view.now)) {
        Ok(body) => web::conditional_response(request.headers(), "application/json", body),
        Err(error) => Problem::internal().because(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{Complete, Skip};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{pending, trial};

    fn json(view: &View) -> String {
        let app = Some("https://app.example.com");
        let links = Links { origin: "https://onramp.example.com", app, org: view.org.id };
        serde_json::to_string_pretty(&ChecklistOut::of(&view.org, links, view.now)).unwrap()
    }

    #[test]
    fn checklist_in_progress() {
        let view = trial()
            .later(SignedDuration::from_mins(5))
            .having(&[Complete("invited_team_member"), Skip("created_time_entry")])
            .later(SignedDuration::from_hours(24));
        insta::assert_snapshot!(json(&view));
    }

    #[test]
    fn pending_checklist_has_completions_but_no_id() {
        let mut view = pending("Acme Corp", "Jo Doe");
        view.org.complete_from_host("project.created", None, view.now, view.now);
        let out: serde_json::Value = serde_json::from_str(&json(&view)).unwrap();
        for field in ["id", "created_at", "updated_at"] {
            assert!(out[field].is_null(), "{field}");
        }
        assert_eq!(out["completed_count"], 1);
        assert_eq!(
            (&out["tasks"][1]["source"], &out["tasks"][1]["completed_by"]),
            (&"event".into(), &().into())
        );
        assert_eq!(
            (&out["organization"]["status"], &out["organization"]["access"]),
            (&"pending".into(), &"billing_only".into())
        );
        assert_eq!(out["next_task"]["key"], "invited_team_member");
    }
}
