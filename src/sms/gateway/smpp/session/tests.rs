use tokio::io::DuplexStream;

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

/// What a session ends with, and what came of it.
type Serving = tokio::task::JoinHandle<(Lost, Vec<Event>)>;

/// A session, the centre's end of its connection, and what comes of it.
fn begin() -> (Arc<Session>, DuplexStream, Serving) {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let (session, mut connection) = Session::begin(1, Box::new(ours), PATIENCE);
    let served = Arc::clone(&session);
    let serving = tokio::spawn(async move {
        let mut events = Vec::new();
        let lost = served.serve(&mut connection, Duration::from_secs(30), |event| events.push(event)).await;
        served.hang_up(connection).await;
        (lost, events)
    });
    (session, theirs, serving)
}

fn frame(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEAD + body.len()).unwrap();
    let mut frame = [length, id, status, sequence].map(u32::to_be_bytes).concat();
    frame.extend_from_slice(body);
    frame
}

async fn next(theirs: &mut DuplexStream) -> (u32, u32, u32) {
    let mut head = [0; HEAD];
    theirs.read_exact(&mut head).await.unwrap();
    let head = Head::read(&head).unwrap();
    theirs.read_exact(&mut vec![0; head.body]).await.unwrap();
    (head.id.into(), head.status.into(), head.sequence)
}

#[tokio::test]
async fn enquiries_are_answered_and_unknown_requests_refused() {
    let (_, mut theirs, serving) = begin();
    theirs.write_all(&frame(0x15, 0, 7, &[])).await.unwrap();
    assert_eq!(next(&mut theirs).await, (0x8000_0015, 0, 7));
    for unknown in [4, 0x0b, 0x777] {
        theirs.write_all(&frame(unknown, 0, 8, b"\0\0")).await.unwrap();
        assert_eq!(next(&mut theirs).await, (0x8000_0000, 3, 8));
    }
    // Responses that nobody waits for, and an alert, are passed over.
    for passed_over in [0x8000_0004, 0x8000_0000, 0x102] {
        theirs.write_all(&frame(passed_over, 0, 99, &[])).await.unwrap();
    }
    theirs.write_all(&frame(5, 0, 9, b"abc")).await.unwrap();
    theirs.write_all(&frame(6, 0, 10, &[])).await.unwrap();
    assert_eq!(next(&mut theirs).await, (0x8000_0006, 0, 10));
    let (lost, events) = serving.await.unwrap();
    assert_eq!(lost, Lost::Unbound);
    assert!(matches!(&events[..], [Event::Delivered(head, body)] if head.sequence == 9 && body[..] == *b"abc"));
    assert_eq!(theirs.read(&mut [0; 1]).await.unwrap(), 0, "the connection is open");
}

#[tokio::test]
async fn a_request_gets_its_own_response_even_when_that_is_a_nack() {
    let (session, mut theirs, serving) = begin();
    let other = Arc::clone(&session);
    let first = tokio::spawn(async move { other.request(pdu::enquire_link).await });
    assert_eq!(next(&mut theirs).await, (0x15, 0, 1));
    let second = tokio::spawn(async move { session.request(pdu::unbind).await });
    assert_eq!(next(&mut theirs).await, (6, 0, 2));
    theirs.write_all(&frame(0x8000_0006, 0, 2, &[])).await.unwrap();
    theirs.write_all(&frame(0x8000_0000, 0x58, 1, &[])).await.unwrap();
    assert_eq!(second.await.unwrap(), Ok(CommandStatus::EsmeRok));
    assert_eq!(first.await.unwrap(), Ok(CommandStatus::EsmeRthrottled));
    drop(theirs);
    assert_eq!(serving.await.unwrap().0, Lost::Closed);
}

#[tokio::test]
async fn no_length_is_too_wrong() {
    for length in [0_u32, 15, u32::try_from(pdu::LARGEST).unwrap() + 1, u32::MAX] {
        let (session, mut theirs, serving) = begin();
        let mut bad = frame(0x15, 0, 7, &[]);
        bad[..4].copy_from_slice(&length.to_be_bytes());
        theirs.write_all(&bad).await.unwrap();
        assert_eq!(next(&mut theirs).await, (0x8000_0000, 2, 7));
        assert_eq!(serving.await.unwrap().0, Lost::Malformed);
        assert_eq!(session.request(pdu::enquire_link).await, Err(Gone));
    }
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_does_not_respond_is_lost() {
    let (_, mut theirs, serving) = begin();
    let begun = Instant::now();
    assert_eq!(next(&mut theirs).await, (0x15, 0, 1));
    theirs.write_all(&frame(0x8000_0015, 0, 1, &[])).await.unwrap();
    assert_eq!(next(&mut theirs).await, (0x15, 0, 2));
    assert_eq!(serving.await.unwrap().0, Lost::Silent);
    assert_eq!(begun.elapsed(), 2 * Duration::from_secs(30) + PATIENCE);
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_not_sent_to_its_end_ends_the_session() {
    let (_, mut theirs, serving) = begin();
    theirs.write_all(&frame(5, 0, 1, b"abc")[..17]).await.unwrap();
    assert_eq!(serving.await.unwrap().0, Lost::Closed);
}
