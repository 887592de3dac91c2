use domain::org::Org;

use crate::{client::Stored, error::Corrupt, item::decode};

/// The organization in an image of a stream record: attributes in DynamoDB's JSON, as Lambda delivers them
/// (AWS Lambda guide, "Using AWS Lambda with Amazon DynamoDB").
///
/// # Errors
/// [`Corrupt`] when the image is none of an organization's item.
pub fn org_from_image(image: &serde_json::Value) -> Result<Stored<Org>, Corrupt> {
    let item: serde_dynamo::Item =
        serde::Deserialize::deserialize(image).map_err(Corrupt::not_a::<serde_dynamo::Item>)?;
    decode(item.into())
}
