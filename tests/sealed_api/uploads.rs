//! Files in chunks: in order, once, whole, within limits; over lost connections and restarts.

use std::io::Write;
use std::net::TcpStream;

use amparo::protocol::wire::reporter::{NewReport, UploadId};

use super::common::client::{get, read_answer, request};
use super::common::desk::Desk;
use super::common::sealed::{
    CHUNK, Reporter, new_upload, plain, post, problem, progress, put, put_file, send, upload_all,
};
use super::common::server::{Place, everything_under, wait_for};

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
fn half_a_chunk(address: std::net::SocketAddr, upload: UploadId, chunk: usize, bytes: &[u8]) -> TcpStream {
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
                  upload_bytes = \"6 MiB\"\nuploads = 3\nfiles_per_submission = 3";
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
    let second = new_upload(address);
    put_file(address, second, 0, &vec![3; 2 * CHUNK], 0);
    let file = put(address, second, 0, 2, &chunk);
    assert_eq!(problem(&file).0, 503, "all uploads together");
    assert_eq!(progress(address, second), [2]);
    let _third = new_upload(address);
    assert_eq!(problem(&send(address, "POST", "/v1/uploads", "", b"")), (503, "busy".to_owned()));
    assert_eq!(send(address, "DELETE", &format!("/v1/uploads/{upload}/0"), "", b"").status, 204);
    assert_eq!(put(address, second, 0, 2, b"now there is room").status, 204);

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
