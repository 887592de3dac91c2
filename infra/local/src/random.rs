//! Ids from the machine's random source.

/// 128 random bits. Without a random source the machine cannot run the functions either, so zero is as good
/// as any answer here.
pub fn u128() -> u128 {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u128::from_ne_bytes(bytes),
        Err(_) => 0,
    }
}

/// A random UUID, as AWS writes request and event ids.
pub fn uuid() -> String {
    uuid::Builder::from_random_bytes(u128().to_ne_bytes()).into_uuid().to_string()
}
