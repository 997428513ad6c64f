//! Guids, hex names and keys that come out the same for the same seed.

/// A seeded generator (SplitMix64): enough for names, never for secrets.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A generator that starts at `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator that is always the same for the same text.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        }))
    }

    /// Where the generator stands: a new one that starts there goes on in the same way.
    pub(crate) fn position(&self) -> u64 {
        self.0
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// A version 4 guid.
    pub(crate) fn guid(&mut self) -> String {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    }

    /// 32 hexadecimal digits.
    pub(crate) fn hex32(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    /// 43 characters of base64url: the shape of a signature of 32 bytes.
    pub(crate) fn signature(&mut self) -> String {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let bytes: Vec<u8> = (0..4).flat_map(|_| self.next().to_be_bytes()).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// A guid that is always the same for the same text.
pub(crate) fn stable_guid(text: &str) -> String {
    Random::of(text).guid()
}
