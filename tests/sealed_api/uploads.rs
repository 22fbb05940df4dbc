//! Files in chunks: in order, once, whole, within limits; over lost connections and restarts.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use amparo::protocol::wire::reporter::{NewReport, NewUpload, UploadId};
use amparo::protocol::work::{Asked, Work};

use super::common::client::{Answer, get, read_answer, request};
use super::common::desk::Desk;
use super::common::sealed::{
    CHUNK, Reporter, json, new_upload, plain, post, problem, progress, put, put_file, send, upload_all,
};
use super::common::server::{Place, everything_under, wait_for};

/// Asks for a place, and pays what it costs.
fn paid(address: SocketAddr) -> Answer {
    let asked: Asked = json(&get(address, "/v1/work"));
    let work = Work::solve(asked.challenge).unwrap();
    send(address, "POST", "/v1/uploads", &format!("amparo-work: {work}\r\n"), b"")
}

fn paid_upload(address: SocketAddr) -> UploadId {
    json::<NewUpload>(&paid(address)).upload
}

fn conflict() -> (u16, String) {
    (409, "conflict".to_owned())
}

#[test]
fn chunks_come_in_order_and_what_is_there_is_not_replaced() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let address = server.reporter;
    let upload = new_upload(address);
    assert_eq!(progress(address, upload), Vec::<u64>::new());
    let (one, other) = (vec![1; CHUNK], vec![2; CHUNK]);
    assert_eq!(problem(&put(address, upload, 0, 1, &one)), conflict(), "one further on");
    assert_eq!(put(address, upload, 0, 0, &one).status, 204);
    assert_eq!(put(address, upload, 0, 0, &one).status, 204);
    assert_eq!(problem(&put(address, upload, 0, 0, &other)), conflict(), "another in its place");
    assert_eq!(problem(&put(address, upload, 0, 0, &one[1..])), conflict(), "a part of it");
    assert_eq!(problem(&put(address, upload, 0, 1, b"")).0, 422, "an empty one");
    assert_eq!(put(address, upload, 0, 1, b"end").status, 204);
    assert_eq!(problem(&put(address, upload, 0, 2, &one)), conflict(), "after the end");
    assert_eq!(put(address, upload, 0, 1, b"end").status, 204);
    assert_eq!(problem(&put(address, upload, 0, 1, b"and")), conflict());
    assert_eq!(put(address, upload, 2, 0, b"another file").status, 204);
    assert_eq!(progress(address, upload), [2, 0, 1]);

    let file = format!("/v1/uploads/{upload}/0");
    assert_eq!(send(address, "DELETE", &file, "", b"").status, 204);
    assert_eq!(send(address, "DELETE", &file, "", b"").status, 204);
    assert_eq!(progress(address, upload), [0, 0, 1]);
    assert_eq!(put(address, upload, 0, 0, &other).status, 204);

    let unknown = UploadId([7; 16]);
    assert_eq!(problem(&put(address, unknown, 0, 0, b"x")), (404, "not-found".to_owned()));
    for (path, expected) in [("0/-1", 400), ("0/x", 400), ("+0/0", 400), ("99999999999999999999/0", 400)] {
        let answer = send(address, "PUT", &format!("/v1/uploads/{upload}/{path}"), "", b"x");
        assert_eq!(problem(&answer).0, expected, "{path}");
    }
    assert_eq!(problem(&get(address, "/v1/uploads/zz")).0, 404);
    assert_eq!(problem(&get(address, "/v1/nothing")).0, 404);
    assert_eq!(problem(&get(address, "/v1/reports")).0, 405);
    assert_eq!(problem(&send(address, "PUT", &format!("/v1/uploads/{upload}"), "", b"")).0, 405);
}

/// Half a chunk, on a connection that stays open.
fn half_a_chunk(address: SocketAddr, upload: UploadId, chunk: usize, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = request("PUT", &format!("/v1/uploads/{upload}/0/{chunk}"), "", bytes);
    stream.write_all(&[head.as_bytes(), &bytes[..bytes.len() / 2]].concat()).unwrap();
    stream
}

/// Waits until more lies in the upload than whole chunks.
fn wait_for_half(place: &Place, whole: u64) {
    wait_for("half a chunk on the disk", || {
        let files = everything_under(&place.data().join("blobs/uploads")).into_iter().filter(|path| path.is_file());
        let bytes: u64 = files.filter_map(|path| Some(path.metadata().ok()?.len())).sum();
        (bytes > whole).then_some(())
    });
}

#[test]
fn a_lost_connection_and_a_killed_server_cost_one_chunk_at_most() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let mut server = place.start();
    let reporter = Reporter::new(&place.authority);
    let content = vec![5; 4 * CHUNK + 99];
    let (submission, ciphertexts) = reporter.report("A large file.", &[plain(&content)]);
    let chunks: Vec<_> = ciphertexts[0].chunks(CHUNK).collect();
    let upload = new_upload(server.reporter);
    assert_eq!(put(server.reporter, upload, 0, 0, chunks[0]).status, 204);

    let lost = half_a_chunk(server.reporter, upload, 1, chunks[1]);
    wait_for_half(&place, CHUNK as u64);
    drop(lost);
    assert_eq!(progress(server.reporter, upload), [1]);
    // One that stalls without being lost makes way for the same client's next try.
    let stalled = half_a_chunk(server.reporter, upload, 1, chunks[1]);
    wait_for_half(&place, CHUNK as u64);
    assert_eq!(put(server.reporter, upload, 0, 1, chunks[1]).status, 204);
    assert_eq!(read_answer(&stalled).unwrap().status, 400);

    for (chunk, bytes) in chunks.iter().enumerate().skip(2) {
        let _cut = half_a_chunk(server.reporter, upload, chunk, bytes);
        wait_for_half(&place, (chunk * CHUNK) as u64);
        server.kill();
        server = place.start();
        assert_eq!(progress(server.reporter, upload), [chunk as u64], "after a kill in chunk {chunk}");
        assert_eq!(put(server.reporter, upload, 0, chunk, bytes).status, 204);
    }
    server.kill();
    server = place.start();
    assert_eq!(put(server.reporter, upload, 0, 1, chunks[1]).status, 204, "still known after a kill");
    assert_eq!(problem(&put(server.reporter, upload, 0, 1, chunks[0])), conflict());
    let report = NewReport::new(&submission, Some(upload));
    assert_eq!(post(server.reporter, "/v1/reports", &report).status, 200);
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let stored = desk.attachments(&submission.card.card().case);
    assert!(stored.len() == 1 && stored[0].0 == ciphertexts[0]);
}

#[test]
fn what_is_too_large_or_too_many_is_refused_and_the_rest_goes_on() {
    let limits = "spare_disk_bytes = \"1 B\"\nfile_bytes = \"2 MiB\"\nsubmission_bytes = \"3 MiB\"\n\
                  files_per_submission = 3";
    let place = Place::new(limits);
    let server = place.start();
    let address = server.reporter;
    let too_large = (413, "too-large".to_owned());
    let upload = new_upload(address);
    let chunk = vec![3; CHUNK];
    assert_eq!(problem(&put(address, upload, 3, 0, &chunk)), too_large, "a fourth file");
    assert_eq!(problem(&put(address, upload, 0, 0, &vec![3; CHUNK + 1])), too_large, "a chunk of more than 1 MiB");
    put_file(address, upload, 0, &vec![3; 2 * CHUNK + 8000], 0);
    assert_eq!(progress(address, upload), [3], "padding and header are allowed for");
    put_file(address, upload, 1, &chunk, 0);
    assert_eq!(problem(&put(address, upload, 2, 0, &chunk)), too_large, "more than one report may hold");
    assert_eq!(send(address, "DELETE", &format!("/v1/uploads/{upload}/0"), "", b"").status, 204);

    // A body that does not say how long it is.
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "PUT /v1/uploads/{upload}/2/0 HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let body = [format!("{:x}\r\n", CHUNK + 1).as_bytes(), &vec![1; CHUNK + 1], b"\r\n0\r\n\r\n"].concat();
    let mut writing = stream.try_clone().unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || writing.write_all(&body));
        assert_eq!(read_answer(&stream).unwrap().status, 413);
    });
    assert_eq!(progress(address, upload)[0..2], [0, 1]);
}

/// What is asked of an upload that has given way, or was named by a report.
fn is_gone(address: SocketAddr, upload: UploadId) -> bool {
    let answer = get(address, &format!("/v1/uploads/{upload}"));
    assert!(matches!(answer.status, 200 | 404), "{}", answer.status);
    answer.status == 404
}

#[test]
fn whoever_fills_all_places_or_all_room_gives_way_to_those_who_come_next() {
    let limits = "spare_disk_bytes = \"1 B\"\nfile_bytes = \"2 MiB\"\nsubmission_bytes = \"3 MiB\"\n\
                  upload_bytes = \"6 MiB\"\nuploads = 3\ncalm_submissions = 60000";
    let place = Place::new(limits);
    let server = place.start();
    let address = server.reporter;
    let chunk = vec![3; CHUNK];
    let (grows, asks) = (paid_upload(address), paid_upload(address));
    for round in 0..6 {
        // Those who only ask what is there, or send next to nothing, are the first to give way.
        let flood = paid_upload(address);
        assert!(!is_gone(address, grows));
        assert_eq!(put(address, flood, 0, 0, b"x").status, 204);
        assert_eq!(put(address, grows, round, 0, &vec![3; 20_000]).status, 204);
    }
    assert!(is_gone(address, asks));
    // It grows no more, and gives way as well.
    let _others = [(); 3].map(|()| paid_upload(address));
    assert!(is_gone(address, grows));

    // The same with bytes: six chunks of which the first two uploads hold three.
    let (first, second) = (paid_upload(address), paid_upload(address));
    put_file(address, first, 0, &vec![3; 2 * CHUNK], 0);
    put_file(address, second, 0, &vec![3; 2 * CHUNK], 0);
    put_file(address, second, 1, &chunk, 0);
    let third = paid_upload(address);
    put_file(address, third, 0, &vec![3; 2 * CHUNK], 0);
    assert_eq!([first, second, third].map(|upload| is_gone(address, upload)), [true, false, false]);
    assert_eq!(everything_under(&place.data().join("blobs/uploads")).iter().filter(|path| path.is_dir()).count(), 2);
}

#[test]
fn heavy_an_upload_that_trickles_in_gives_way_when_others_need_its_room() {
    let limits = "spare_disk_bytes = \"1 B\"\nuploads = 1\ncalm_submissions = 60000\nstall_seconds = 60";
    let place = Place::new(limits);
    let server = place.start();
    let trickling = paid_upload(server.reporter);
    let stream = half_a_chunk(server.reporter, trickling, 0, &[1; 1000]);
    wait_for_half(&place, 0);
    assert_eq!(paid(server.reporter).status, 503, "it has just begun");
    std::thread::sleep(std::time::Duration::from_secs(31));
    let next = paid_upload(server.reporter);
    assert_eq!(read_answer(&stream).unwrap().status, 400);
    assert_eq!([trickling, next].map(|upload| is_gone(server.reporter, upload)), [true, false]);
}

#[test]
fn a_report_is_stored_only_with_the_very_files_it_names() {
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    let server = place.start();
    let address = server.reporter;
    let reporter = Reporter::new(&place.authority);
    let (submission, ciphertexts) = reporter.report("Two files.", &[plain(b"one"), plain(b"two")]);
    let send_with = |upload| post(address, "/v1/reports", &NewReport::new(&submission, upload));
    let refused = (422, "refused".to_owned());
    assert_eq!(problem(&send_with(None)), refused, "no upload");
    assert_eq!(problem(&send_with(Some(UploadId([1; 16])))), refused, "an unknown upload");
    let upload = upload_all(address, &[ciphertexts[1].clone(), ciphertexts[0].clone()]);
    assert_eq!(problem(&send_with(Some(upload))), refused, "in the wrong order");
    for file in [0, 1] {
        assert_eq!(send(address, "DELETE", &format!("/v1/uploads/{upload}/{file}"), "", b"").status, 204);
    }
    put_file(address, upload, 0, &ciphertexts[0], 0);
    assert_eq!(problem(&send_with(Some(upload))), refused, "one is missing");
    put_file(address, upload, 1, &ciphertexts[1], 0);
    assert_eq!(put(address, upload, 2, 0, b"more").status, 204);
    assert_eq!(problem(&send_with(Some(upload))), refused, "one too many");
    assert_eq!(send(address, "DELETE", &format!("/v1/uploads/{upload}/2"), "", b"").status, 204);
    assert_eq!(problem(&reporter.ask(address)).0, 404, "nothing was stored so far");
    assert_eq!(send_with(Some(upload)).status, 200);
}
