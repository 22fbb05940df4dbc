//! Reading what a client sends: within a size, and letting go of a client that stalls.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use futures_util::stream::{Stream, StreamExt, unfold};
use tokio::time::timeout;

use super::budget::{Share, Spent};

/// How much is read, and how long for.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Bytes.
    pub size: usize,
    /// How long a client may send nothing.
    pub stall: Duration,
    /// How long it may take in all, so that a byte now and then does not hold a connection.
    pub whole: Duration,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is longer than allowed.
    #[error("this is larger than allowed; make it shorter, or send it in parts")]
    TooLarge,
    /// Nothing came for too long, or it took too long.
    #[error("this came too slowly; try again over a better connection")]
    Stalled,
    /// Too much is being read already.
    #[error("much is arriving at this moment; send it again in a minute")]
    Busy,
    /// The connection broke, or the body breaks the rules of HTTP.
    #[error("this did not arrive whole; send it again")]
    Broken,
}

impl From<Spent> for BodyError {
    fn from(_: Spent) -> Self {
        Self::Busy
    }
}

/// Reads a whole body into memory. One that announces more than is allowed is refused at once.
pub async fn read(body: Body, limits: &BodyLimits) -> Result<Bytes, BodyError> {
    read_into(body, limits, None).await
}

/// The same within a budget, of which `share` then holds as much again for what is made of the body.
pub async fn read_within(body: Body, limits: &BodyLimits, share: &mut Share) -> Result<Bytes, BodyError> {
    read_into(body, limits, Some(share)).await
}

async fn read_into(body: Body, limits: &BodyLimits, mut share: Option<&mut Share>) -> Result<Bytes, BodyError> {
    let announced = body.size_hint().lower();
    if announced > limits.size as u64 {
        return Err(BodyError::TooLarge);
    }
    let mut chunks = std::pin::pin!(patient(body, limits.stall));
    let reading = async {
        // Memory grows with what has come, not with what was announced.
        let mut bytes: Vec<u8> = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            if bytes.len() + chunk.len() > limits.size {
                return Err(BodyError::TooLarge);
            }
            if let Some(share) = &mut share {
                share.grow_to(2 * (bytes.len() + chunk.len())).await?;
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    };
    timeout(limits.whole, reading).await.unwrap_or(Err(BodyError::Stalled))
}

/// The body piece by piece, for what is too large for memory; ends with [`BodyError::Stalled`] when nothing has come
/// for `stall`. The caller counts the bytes.
pub fn patient(body: Body, stall: Duration) -> impl Stream<Item = Result<Bytes, BodyError>> + Send {
    unfold(Some(body.into_data_stream()), move |open| async move {
        let mut chunks = open?;
        match timeout(stall, chunks.next()).await {
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
            Ok(Some(Err(_))) => Some((Err(BodyError::Broken), None)),
            Ok(None) => None,
            Err(_) => Some((Err(BodyError::Stalled), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    const LIMITS: BodyLimits = BodyLimits { size: 8, stall: Duration::from_secs(5), whole: Duration::from_mins(1) };

    /// A body of unknown length that sends `count` bytes, one every `pause`.
    fn dripping(count: u64, pause: Duration) -> Body {
        Body::from_stream(stream::iter(0..count).then(move |_| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, std::convert::Infallible>(Bytes::from_static(b"x"))
        }))
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_read_whole_and_a_longer_one_refused() {
        assert_eq!(read(Body::from("12345678"), &LIMITS).await.unwrap(), "12345678");
        assert_eq!(read(Body::empty(), &LIMITS).await.unwrap(), "");
        assert_eq!(read(Body::from("123456789"), &LIMITS).await, Err(BodyError::TooLarge));
        assert_eq!(read(dripping(8, Duration::ZERO), &LIMITS).await.unwrap(), "xxxxxxxx");
        assert_eq!(read(dripping(9, Duration::ZERO), &LIMITS).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_client_is_let_go_when_it_stalls_or_drips_for_too_long() {
        let short = Duration::from_millis(50);
        let impatient = BodyLimits { stall: short, ..LIMITS };
        assert_eq!(read(dripping(1, LIMITS.whole), &impatient).await, Err(BodyError::Stalled));
        let brief = BodyLimits { size: 1 << 20, whole: short, ..LIMITS };
        assert_eq!(read(dripping(1 << 20, short / 50), &brief).await, Err(BodyError::Stalled));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_not_taken_for_a_whole_one() {
        let broken = stream::iter([Ok(Bytes::from_static(b"abc")), Err(std::io::Error::other("gone"))]);
        assert_eq!(read(Body::from_stream(broken), &LIMITS).await, Err(BodyError::Broken));
    }
}
