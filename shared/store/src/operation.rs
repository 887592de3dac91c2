//! The operations of DynamoDB that the store calls.

use aws_call::Operation;
use aws_sdk_dynamodb::{
    config::RuntimePlugin,
    operation::{batch_get_item, delete_item, get_item, put_item, query, transact_write_items, update_item},
};

macro_rules! operations {
    ($($module:ident: $name:ident, $input:ident, $output:ident, $error:ident;)*) => {$(
        pub(crate) struct $name;

        impl Operation for $name {
            type Input = $module::$input;
            type Output = $module::$output;
            type Error = $module::$error;

            fn plugin() -> impl RuntimePlugin + 'static {
                $module::$name::new()
            }
        }
    )*};
}

operations! {
    batch_get_item: BatchGetItem, BatchGetItemInput, BatchGetItemOutput, BatchGetItemError;
    delete_item: DeleteItem, DeleteItemInput, DeleteItemOutput, DeleteItemError;
    get_item: GetItem, GetItemInput, GetItemOutput, GetItemError;
    put_item: PutItem, PutItemInput, PutItemOutput, PutItemError;
    query: Query, QueryInput, QueryOutput, QueryError;
    transact_write_items: TransactWriteItems, TransactWriteItemsInput, TransactWriteItemsOutput, TransactWriteItemsError;
    update_item: UpdateItem, UpdateItemInput, UpdateItemOutput, UpdateItemError;
}
