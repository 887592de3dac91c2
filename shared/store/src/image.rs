//! Images of stream records. An image is a copy of an item in a record of the table's stream. This
//! module decodes an organization from an image, and computes the size of the item.

use domain::org::Org;
use serde_json::{Map, Value};

use crate::{client::Stored, error::Corrupt, schema::org::decode};

/// Decodes the organization in an image of a stream record. The image has DynamoDB's JSON format
/// (AWS Lambda guide, "Using AWS Lambda with Amazon DynamoDB").
///
/// # Errors
/// [`Corrupt`] if the image is not an organization's item.
pub fn org_from_image(image: &Value) -> Result<Stored<Org>, Corrupt> {
    let item: serde_dynamo::Item =
        serde::Deserialize::deserialize(image).map_err(Corrupt::not_a::<serde_dynamo::Item>)?;
    decode(item.into())
}

/// Size of an organization's item above which an operator should find the cause, in bytes.
pub const LARGE_ITEM_BYTES: usize = 32 * 1024;

/// Returns the size in bytes that DynamoDB counts for the item in an image (DynamoDB developer
/// guide, "DynamoDB item sizes and formats").
#[must_use]
pub fn image_size(image: &Value) -> usize {
    image.as_object().map_or(0, attributes_size)
}

fn attributes_size(attributes: &Map<String, Value>) -> usize {
    attributes.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

/// Returns the size of one attribute value in bytes. A list or a map takes 3 bytes, plus 1 byte per
/// element, plus the sizes of its elements. A number takes about 1 byte per two digits, plus 1
/// byte.
fn value_size(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return 0 };
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(digits)) => digits.len().div_ceil(2) + 1,
        ("B", Value::String(base64)) => base64.len() / 4 * 3,
        ("M", Value::Object(attributes)) => 3 + attributes.len() + attributes_size(attributes),
        ("L", Value::Array(values)) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        ("SS" | "NS" | "BS", Value::Array(texts)) => {
            texts.iter().filter_map(Value::as_str).map(str::len).sum()
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn item_size_follows_the_rules_of_dynamodb() {
        for (image, size) in [
            (json!({}), 0),
            (json!({"pk": {"S": "ORG#1"}}), 7),
            (json!({"pk": {"S": "Zürich"}}), 9),
            (json!({"version": {"N": "123"}}), 10),
            (json!({"is": {"BOOL": true}, "no": {"NULL": true}}), 6),
            (json!({"list": {"L": [{"S": "a"}, {"S": "bc"}]}}), 12),
            (json!({"map": {"M": {"key": {"S": "value"}}}}), 15),
            (json!({"set": {"SS": ["a", "bc"]}}), 6),
        ] {
            assert_eq!(image_size(&image), size, "{image}");
        }
    }
}
