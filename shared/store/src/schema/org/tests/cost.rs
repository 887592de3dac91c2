//! The cost of a write, in units of DynamoDB.

use domain::{
    billing::{
        CustomerId, EventId, Fact, FactKind, InvoiceFact, InvoiceId, PlanPrices, Prices, SubscriptionId,
    },
    org::Setup,
};
use jiff::Timestamp;

use crate::{attributes::Attributes, image::image_size, schema::org::encode, testing::acme};

fn now() -> Timestamp {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

/// Returns the write units of an update: the larger item in KB, and one for each index entry that is
/// added or removed (DynamoDB guide, "Write request units" and "Provisioned throughput considerations
/// for global secondary indexes").
fn write_units(before: &Attributes, after: &Attributes) -> usize {
    let size = |item: &Attributes| {
        image_size(&serde_json::to_value(serde_dynamo::Item::from(item.clone())).unwrap()).div_ceil(1024)
    };
    let entry = |item: &Attributes, index: &str| {
        item.get(&format!("{index}_pk")).cloned().zip(item.get(&format!("{index}_at")).cloned())
    };
    let indexes = ["due", "mail", "work", "cohort"].into_iter().map(|index| {
        let (old, new) = (entry(before, index), entry(after, index));
        if old == new { 0 } else { usize::from(old.is_some()) + usize::from(new.is_some()) }
    });
    size(before).max(size(after)) + indexes.sum::<usize>()
}

/// To see the figure, run `cargo test -p store --lib write_units -- --nocapture`.
#[test]
fn payment_provisions_for_at_most_six_write_units() {
    let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
    let prices = |text| PlanPrices::parse(text).unwrap();
    let prices = Prices::new(prices("price_1"), prices("price_2")).unwrap();
    let before = acme(now());
    let mut after = before.clone();
    let paid = FactKind::Invoice {
        invoice: InvoiceId::parse("in_1Q1w2E3r4T5y6U7i8O9p0001").unwrap(),
        subscription: SubscriptionId::parse("sub_1Q1w2E3r4T5y6U7i8O9p0001").ok(),
        customer: CustomerId::parse("cus_Q1w2E3r4T5y6U7").unwrap(),
        invoice_created: now(),
        prices: vec!["price_1".to_owned()],
        fact: InvoiceFact::Paid { amount: 2900 },
    };
    let event = EventId::parse("evt_1Q1w2E3r4T5y6U7i8O9p0001").unwrap();
    after.record(&Fact { event, created: now(), names: Some(before.id), what: paid }, &prices, &setup, now());
    assert!(after.provisioned.is_some() && after.run.is_none());
    let units = write_units(&encode(&before, 1).unwrap(), &encode(&after, 2).unwrap());
    println!("provisioning by payment: {units} write units");
    assert!(units <= 6, "{units}");
}
