//! Corrupt items with pending emails.

use mailer::start;
use serde_json::json;
use test_support::{
    aws::FaultKind,
    events::{recorded, with},
    function::Function,
    seed::HOOLI,
};

#[tokio::test]
async fn corrupt_item_is_retried_only_until_it_is_in_review() {
    let batch = recorded("mailer", "stream-welcome");
    let failure = json!({ "itemIdentifier": batch["Records"][0]["dynamodb"]["SequenceNumber"] });
    let key = (format!("ORG#{HOOLI}"), "ORG".to_owned());
    for (write_fails, failures, partition) in
        [(true, json!([failure]), "MAIL#"), (false, json!([]), "UNREADABLE")]
    {
        let function = Function::seeded("mailer", start).await;
        let item = function.aws.items().remove(&key).unwrap();
        function.aws.put_item(&with(item, "/profile", json!({ "S": "corrupt" })));
        if write_fails {
            function.aws.fail("UpdateItem", FaultKind::AccessDenied);
        }
        let (response, _) = function.invoke(&batch).await;
        assert_eq!(response.unwrap(), json!({ "batchItemFailures": failures }));
        let stored = &function.aws.items()[&key]["mail_pk"];
        assert!(stored["S"].as_str().unwrap().starts_with(partition), "{stored}");
    }
}
