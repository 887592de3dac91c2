//! Tests of the real AWS SDKs with the local stack's HTTP connector.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use serde_json::json;

use e2e::bench::{TABLE, behavior, bench, code, dynamodb, idle, put, s};

#[tokio::test]
async fn failed_condition_returns_the_old_item() {
    let worker = behavior(|boot, _| async move {
        put(&boot, "A", "1").item("note", s("first")).send().await.unwrap();
        let rejected = put(&boot, "A", "1")
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) =
            rejected
        else {
            return Err(format!("{rejected:?}"));
        };
        Ok(json!(failed.item().unwrap().get("note").unwrap().as_s().unwrap()))
    });
    let bench = bench(worker, idle()).await;
    assert_eq!(bench.work().await.1, json!("first"));
    let stored = bench.get("/_local/table?pk=A").await;
    assert_eq!(stored, json!([{"pk": {"S": "A"}, "sk": {"S": "1"}, "note": {"S": "first"}}]));
}

#[tokio::test]
async fn call_outside_the_role_is_denied_and_logged() {
    let worker = behavior(|boot, _| async move {
        put(&boot, "A", "1").send().await.unwrap();
        let deleted =
            dynamodb(&boot).delete_item().table_name(TABLE).key("pk", s("A")).key("sk", s("1")).send().await;
        let indexed = dynamodb(&boot)
            .query()
            .table_name(TABLE)
            .index_name("by-due")
            .key_condition_expression("due_pk = :d")
            .expression_attribute_values(":d", s("DUE#0"))
            .send()
            .await;
        Ok(json!([code(&deleted.unwrap_err()), code(&indexed.unwrap_err())]))
    });
    let bench = bench(worker, idle()).await;
    assert_eq!(bench.work().await.1, json!(["AccessDeniedException", "AccessDeniedException"]));
    let calls = bench.get("/_local/calls").await;
    let of = |index: usize| {
        let call = &calls[index];
        (call["operation"].as_str().unwrap().to_owned(), call["allowed_by"].as_str().map(str::to_owned))
    };
    assert_eq!(of(0), ("PutItem".to_owned(), Some("Items".to_owned())));
    assert_eq!(of(1), ("DeleteItem".to_owned(), None));
    assert_eq!(of(2), ("Query".to_owned(), None));
    assert_eq!(calls[0]["function"], "worker");
    assert_eq!(calls[0]["request_id"], calls[2]["request_id"]);
    assert_eq!(bench.get("/_local/calls?since=2").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn sent_email_is_in_the_mailbox_and_on_the_bus() {
    use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
    let worker = behavior(|boot, event| async move {
        if event.get("routeKey").is_none() {
            return Ok(json!({}));
        }
        let content = |text: &str| Content::builder().data(text).build().unwrap();
        let body = Body::builder().text(content("Hello")).html(content("<p>Hello</p>")).build();
        let message = Message::builder().subject(content("Welcome")).body(body).build();
        let tag = MessageTag::builder().name("kind").value("welcome").build().unwrap();
        let client = aws_sdk_sesv2::Client::new(&boot.aws.service("SESV2"));
        let send = |from: &str| {
            client
                .send_email()
                .from_email_address(from)
                .destination(Destination::builder().to_addresses("jo@example.org").build())
                .content(EmailContent::builder().simple(message.clone()).build())
                .configuration_set_name("set")
                .email_tags(tag.clone())
                .send()
        };
        let id = send("Us <us@example.com>").await.unwrap().message_id.unwrap();
        let rejected = send("them@example.com").await.unwrap_err();
        Ok(json!([id, code(&rejected)]))
    });
    let bench = bench(worker, idle()).await;
    let (_, response) = bench.work().await;
    assert_eq!(response[1], "AccessDeniedException");
    let mail = bench.get("/_local/mail").await;
    assert_eq!(
        (&mail[0]["id"], &mail[0]["kind"], &mail[0]["to"]),
        (&response[0], &json!("welcome"), &json!(["jo@example.org"]))
    );
    let feedback = bench.worker_events().pop().unwrap();
    assert_eq!(
        (&feedback["detail-type"], &feedback["detail"]["mail"]["messageId"]),
        (&json!("Email Sent"), &response[0])
    );
}

#[tokio::test]
async fn rejected_bus_entries_are_counted() {
    use aws_sdk_eventbridge::types::PutEventsRequestEntry;
    let worker = behavior(|boot, event| async move {
        if event.get("routeKey").is_none() {
            return Ok(json!({}));
        }
        let entry = |detail: &str| {
            PutEventsRequestEntry::builder().source("test").detail_type("test.hello").detail(detail).build()
        };
        let client = aws_sdk_eventbridge::Client::new(&boot.aws.service("EVENTBRIDGE"));
        let put =
            client.put_events().entries(entry("{\"a\":1}")).entries(entry("nonsense")).send().await.unwrap();
        Ok(json!([put.failed_entry_count, put.entries()[1].error_code()]))
    });
    let bench = bench(worker, idle()).await;
    assert_eq!(bench.work().await.1, json!([1, "MalformedDetail"]));
    let events = bench.worker_events().pop().unwrap();
    assert_eq!((&events["source"], &events["detail"]), (&json!("test"), &json!({"a": 1})));
}
