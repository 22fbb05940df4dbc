//! A server that could not keep its promises does not start, and says what to do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use common::client::{Form, filed, open_case};
use common::server::Place;

const SMALL: &str = "spare_disk_bytes = \"1 B\"";

#[test]
fn each_reason_has_its_own_message_and_way_out() {
    let place = Place::new(SMALL);
    let server = place.start();
    let token = filed(server.reporter, &Form::report());
    let second = place.refused();
    assert!(second.contains("another amparo is using") && second.contains("stop it first"), "{second}");
    open_case(server.reporter, &token).says(200, "Received");
    server.stop();

    fs::set_permissions(place.data(), Permissions::from_mode(0o755)).unwrap();
    let open = place.refused();
    assert!(open.contains("other users can read the folder") && open.contains("chmod 700"), "{open}");
    fs::set_permissions(place.data(), Permissions::from_mode(0o700)).unwrap();

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    place.configure(&taken.local_addr().unwrap().to_string(), "data", SMALL);
    let said = place.refused();
    assert!(said.contains("is in use by another program") && said.contains("change `listen`"), "{said}");
    place.configure("127.0.0.1:0", "data", SMALL);

    let key = place.path("keys/root.key");
    fs::write(&key, "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n").unwrap();
    let private = place.refused();
    assert!(private.contains("everything in that folder is public; move it"), "{private}");
    fs::remove_file(key).unwrap();

    let server = place.start();
    open_case(server.reporter, &token).says(200, "Received");
}
