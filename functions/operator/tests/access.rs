//! Requests of users who are not operators.

use test_support::{
    events::{recorded, with},
    function::Function,
    seed::{ACME, JO, SESSION},
};

#[tokio::test]
async fn other_users_are_rejected_before_any_further_read() {
    let function = Function::seeded("operator", operator::start).await;
    let jo = format!("__Host-s={ACME}.{JO}.{SESSION}");
    for case in [
        "get-waiting",
        "get-find",
        "get-organizations",
        "get-organizations-found",
        "get-organization",
        "post-extend-trial",
        "post-link-customer",
        "post-release-parked",
        "post-dismiss",
    ] {
        let event = with(recorded("operator", case), "/cookies/0", jo.as_str());
        let (status, _, calls) = function.request(&event).await;
        assert_eq!((status, calls), (404, vec!["BatchGetItem".to_owned()]), "{case}");
    }
}
