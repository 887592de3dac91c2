//! The AWS account of the local stack, and the pseudo parameters that describe it.

/// AWS region of the local stack.
pub const REGION: &str = "us-east-1";
/// AWS account of the local stack. AWS uses this number in its documentation.
pub const ACCOUNT: &str = "123456789012";
/// CloudFormation stack name of the local stack.
pub const STACK: &str = "onramp";

/// Returns the value of a pseudo parameter, such as `AWS::Region`.
pub(super) fn pseudo(name: &str) -> Option<&'static str> {
    Some(match name {
        "AWS::Region" => REGION,
        "AWS::AccountId" => ACCOUNT,
        "AWS::Partition" => "aws",
        "AWS::StackName" => STACK,
        "AWS::StackId" => "arn:aws:cloudformation:us-east-1:123456789012:stack/onramp/local",
        "AWS::URLSuffix" => "amazonaws.com",
        _ => return None,
    })
}
