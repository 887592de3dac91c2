//! Random IDs from the system's random source.

/// Returns 128 random bits, or zero if the system has no random source. Zero is harmless here,
/// because the functions cannot run without a random source.
pub fn u128() -> u128 {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u128::from_ne_bytes(bytes),
        Err(_) => 0,
    }
}

/// Returns a random UUID, which is the format of request and event IDs on AWS.
pub fn uuid() -> String {
    uuid::Builder::from_random_bytes(u128().to_ne_bytes()).into_uuid().to_string()
}
