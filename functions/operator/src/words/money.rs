//! Texts of payments without effect in the review queue: a title and an advice for each kind.

use domain::billing::ReviewKind;

pub const NOT_LINKED: &str = "The payment points to the organization below, but its customer is not linked.";

/// Returns the title of an item, with the amount if it is known.
pub fn title(kind: ReviewKind, amount: Option<&str>) -> String {
    let title = match kind {
        ReviewKind::DoubleSubscription => "Second live subscription",
        ReviewKind::PaidAfterEnd => "Payment after the end of a plan",
        ReviewKind::UnlinkedPayment => "Payment without a linked customer",
        ReviewKind::PaymentByKnownAddress => "Payment by a known address",
        ReviewKind::MovedCustomer => "Subscription of another organization's customer",
        ReviewKind::Dispute => "Disputed payment",
        ReviewKind::Refund => "Refund",
        ReviewKind::FinalizationFailed => "Invoice that cannot be finalized",
    };
    match amount {
        Some(amount) => format!("{title}: {amount}"),
        None => title.to_owned(),
    }
}

/// Returns what the operator should do. The advice names the button, if there is one.
pub const fn advice(kind: ReviewKind) -> &'static str {
    match kind {
        ReviewKind::DoubleSubscription => {
            "Ask the admins which subscription they need. Cancel and refund the other one in \
             Stripe. Then choose \"Dismiss\"."
        }
        ReviewKind::PaidAfterEnd => {
            "The payment does not revive the plan. Refund it in Stripe, or ask the admins to \
             choose a plan again. Then choose \"Dismiss\"."
        }
        ReviewKind::UnlinkedPayment => {
            "Anyone can set the reference of a payment. Compare the payer in Stripe with the \
             admins. If they match, choose \"Link customer\". Otherwise choose \"Dismiss\"."
        }
        ReviewKind::PaymentByKnownAddress => {
            "Anyone can enter an address that is not theirs. Compare the payer in Stripe with \
             the admins. If they match, choose \"Link customer\". Otherwise choose \"Dismiss\"."
        }
        ReviewKind::MovedCustomer => {
            "The subscription counts for the first organization, whose admins cannot open its \
             billing portal. If this is not intended, correct the metadata of the subscription \
             in Stripe. Then choose \"Dismiss\"."
        }
        ReviewKind::Dispute => {
            "Access does not change. Find the charge in Stripe and respond to the dispute \
             before its deadline. Then choose \"Dismiss\"."
        }
        ReviewKind::Refund => {
            "Access does not change. If the organization should lose access, cancel its \
             subscription in Stripe. Then choose \"Dismiss\"."
        }
        ReviewKind::FinalizationFailed => {
            "The invoice cannot be paid. Stripe shows the error with the invoice. Correct it \
             and finalize the invoice there. Then choose \"Dismiss\"."
        }
    }
}

/// Returns why a payment by a known address needs review.
pub fn paid_by(address: &str) -> String {
    format!("{address} paid. This address belongs to the organization below, which has no subscription.")
}
