//! State stores: agreed on, written and read in chunks, locked, listed and deleted.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use serde_json::json;
use tfplugin_proto::v6;
use tfplugin_proto::v6::provider_server::Provider as _;
use tonic::{Code, Request};

use super::check_fails;
use super::memory::Memory;
use crate::context::Context;
use crate::diagnostics::{Report as _, Reported};
use crate::provider::{ConfigureContext, ConfigureRequest, ConfigureResponse, Provider};
use crate::schema::validator::one_of;
use crate::schema::{Attribute, Schema};
use crate::state_store::{
    DeleteStateRequest, DeleteStateResponse, GetStatesRequest, GetStatesResponse,
    InitializeRequest, InitializeResponse, Lock, LockInfo, LockRequest, LockResponse, ReadRequest,
    ReadResponse, StateStore, States, UnlockRequest, UnlockResponse, WriteRequest, WriteResponse,
};
use crate::testing::{Core, StateStorage};
use crate::wire::{Server, convert};

const SHELF: &str = "library_shelf";

/// Everything that is kept, in all places.
#[derive(Default)]
struct Content {
    states: BTreeMap<String, Vec<u8>>,
    locks: BTreeMap<String, LockInfo>,
}

type Shared = Arc<Mutex<Content>>;

#[derive(Clone, Default)]
struct Library(Shared);

#[async_trait]
impl Provider for Library {
    type Data = Shared;

    async fn configure(
        &self,
        _: &ConfigureContext,
        _: ConfigureRequest<'_>,
        response: &mut ConfigureResponse<Shared>,
    ) -> Result<(), Reported> {
        response.data = Some(self.0.clone());
        Ok(())
    }

    fn state_stores(&self) -> Vec<Arc<dyn StateStore<Shared>>> {
        vec![Arc::new(Shelf)]
    }
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("kind").validator(one_of(["open", "closed"])),
        Attribute::number("chunk_size"),
        Attribute::string("mistake"),
    ],
    ..Schema::default()
});

struct Shelf;

#[async_trait]
impl StateStore<Shared> for Shelf {
    fn type_name(&self) -> &str {
        SHELF
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn initialize(
        &self,
        context: &Context<Shared>,
        request: InitializeRequest<'_>,
        response: &mut InitializeResponse,
    ) -> Result<(), Reported> {
        let content = context.data().report(&mut response.diagnostics)?.clone();
        if let Some(size) = request.config.get("chunk_size").as_number() {
            let size = size.to_string().parse();
            response.chunk_size = size.expect("a length");
        }
        match request.config.str("mistake") {
            Some("fail") => {
                return Err(response.diagnostics.add_error("No shelf", "It is gone."));
            }
            Some("panic") => panic!("asked to"),
            Some("nothing") => return Ok(()),
            _ => {}
        }
        response.states = Some(Arc::new(Kept {
            content,
            has_locks: request.config.str("kind") == Some("closed"),
        }));
        Ok(())
    }
}

struct Kept {
    content: Shared,
    has_locks: bool,
}

#[async_trait]
impl States for Kept {
    async fn get_states(
        &self,
        _: GetStatesRequest,
        response: &mut GetStatesResponse,
    ) -> Result<(), Reported> {
        let content = self.content.lock().expect("not poisoned");
        response.state_ids = content.states.keys().rev().cloned().collect();
        Ok(())
    }

    async fn read(
        &self,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let content = self.content.lock().expect("not poisoned");
        if let Some(state) = content.states.get(request.state_id) {
            response.state_bytes.clone_from(state);
        }
        match request.state_id {
            "warn" => response.diagnostics.add_warning("Dusty", "Read anyway."),
            "fail" => {
                response.state_bytes = b"half a st".to_vec();
                return Err(response.diagnostics.add_error("Torn", "A page is missing."));
            }
            _ => {}
        }
        Ok(())
    }

    async fn write(
        &self,
        request: WriteRequest<'_>,
        response: &mut WriteResponse,
    ) -> Result<(), Reported> {
        match request.state_id {
            "panic" => panic!("asked to"),
            "fail" => Err(response.diagnostics.add_error("Full", "No room is left.")),
            id => {
                let mut content = self.content.lock().expect("not poisoned");
                let state = request.state_bytes.to_vec();
                content.states.insert(id.to_owned(), state);
                Ok(())
            }
        }
    }

    async fn delete_state(
        &self,
        request: DeleteStateRequest<'_>,
        response: &mut DeleteStateResponse,
    ) -> Result<(), Reported> {
        let mut content = self.content.lock().expect("not poisoned");
        match content.states.remove(request.state_id) {
            Some(_) => Ok(()),
            None => Err(response.diagnostics.add_error("No such state", "Gone.")),
        }
    }

    fn lock(&self) -> Option<&dyn Lock> {
        self.has_locks.then_some(self)
    }
}

#[async_trait]
impl Lock for Kept {
    async fn lock(
        &self,
        request: LockRequest<'_>,
        response: &mut LockResponse,
    ) -> Result<(), Reported> {
        let mut content = self.content.lock().expect("not poisoned");
        if let Some(holder) = content.locks.get(request.state_id) {
            return Err(response.diagnostics.fail(holder.already_locked(&request)));
        }
        let lock = LockInfo::new(&request);
        response.lock_id = Some(lock.id.clone());
        content.locks.insert(request.state_id.to_owned(), lock);
        Ok(())
    }

    async fn unlock(
        &self,
        request: UnlockRequest<'_>,
        response: &mut UnlockResponse,
    ) -> Result<(), Reported> {
        let mut content = self.content.lock().expect("not poisoned");
        let found = content.locks.remove(request.state_id);
        match found.is_some_and(|it| it.id == request.lock_id) {
            true => Ok(()),
            false => Err(response.diagnostics.add_error("Not yours", "Keep off.")),
        }
    }
}

type Shelves = StateStorage<Server<Library>>;

async fn library() -> Core<Server<Library>> {
    Core::start(Library::default()).await.expect("a provider")
}

/// A store whose states travel in chunks of this length.
async fn shelf(chunk_size: i64) -> Shelves {
    let config = json!({ "chunk_size": chunk_size, "kind": "closed" });
    let store = library().await.state_store(SHELF, config).await;
    store.expect("a store")
}

fn chunk(
    bytes: &'static [u8],
    total_length: i64,
    (start, end): (i64, i64),
) -> v6::write_state_bytes::RequestChunk {
    let meta = v6::RequestChunkMeta {
        type_name: SHELF.to_owned(),
        state_id: "a".to_owned(),
    };
    v6::write_state_bytes::RequestChunk {
        meta: (start == 0).then_some(meta),
        bytes: bytes.into(),
        total_length,
        range: Some(v6::StateRange { start, end }),
    }
}

#[tokio::test]
async fn what_is_written_is_read_in_chunks_of_any_length() {
    let states = [vec![1], vec![2; 6], vec![3; 7], vec![4; 8], vec![5; 100]];
    for size in [1, 7, 100, 1 << 20] {
        let shelf = shelf(size).await;
        assert_eq!(shelf.chunk_size, usize::try_from(size).expect("positive"));
        assert_eq!(shelf.read("a").await.expect("nothing yet"), b"");
        for state in &states {
            shelf.write("a", state.clone()).await.expect("written");
            assert_eq!(&shelf.read("a").await.expect("read"), state);
        }
    }
}

#[tokio::test]
async fn states_are_listed_in_order_and_deleted() {
    let shelf = shelf(8).await;
    for id in ["b", "a", "default"] {
        shelf.write(id, id).await.expect("written");
    }
    let ids = shelf.get_states().await.expect("listed");
    assert_eq!(ids, ["a", "b", "default"]);
    shelf.delete_state("a").await.expect("deleted");
    check_fails(shelf.delete_state("a").await, "No such state", "Gone.");
    assert_eq!(shelf.get_states().await.expect("listed"), ["b", "default"]);
}

#[tokio::test]
async fn a_lock_is_held_by_one_and_tells_who() {
    let shelf = shelf(8).await;
    let id = shelf.lock("a", "apply").await.expect("locked");
    let id = id.expect("it has locks");
    let other = shelf.lock("a", "plan").await;
    check_fails(other, "Workspace Already Locked", &id);
    check_fails(shelf.unlock("b", &id).await, "Not yours", "Keep off.");
    shelf.unlock("a", &id).await.expect("unlocked");
    let again = shelf.lock("a", "plan").await.expect("locked");
    assert_ne!(again.expect("it has locks"), id);
}

#[tokio::test]
async fn a_store_may_do_without_locks() {
    let core = library().await;
    let shelf = core.state_store(SHELF, json!({ "kind": "open" })).await;
    let shelf = shelf.expect("a store");
    assert_eq!(shelf.lock("a", "apply").await.expect("no error"), None);
    let unlock = shelf.unlock("a", "1").await;
    check_fails(unlock, "Lock Does Not Exist", "does without locks");
}

#[tokio::test]
async fn the_length_of_chunks_is_agreed_on() {
    let mut core = library().await;
    let size = |mistake: Option<i64>| json!({ "chunk_size": mistake });
    for (proposed, wanted, agreed) in [
        (8 << 20, None, 8 << 20),
        (1000, None, 1000),
        (0, None, 8 << 20),
        (-1, None, 8 << 20),
        (i64::MAX, None, 128 << 20),
        (8 << 20, Some(5), 5),
        (8 << 20, Some(128 << 20), 128 << 20),
    ] {
        core.options.chunk_size = proposed;
        let shelf = core.state_store(SHELF, size(wanted)).await;
        assert_eq!(shelf.expect("a store").chunk_size, agreed);
    }
    for wanted in [0, (128 << 20) + 1] {
        let shelf = core.state_store(SHELF, size(Some(wanted))).await;
        let detail = format!("chunks of {wanted} bytes");
        check_fails(shelf.map(|_| ()), "Bug in the provider", &detail);
    }
}

#[tokio::test]
async fn a_configuration_that_is_wrong_or_fails_says_so() {
    let core = library().await;
    for (config, summary, detail) in [
        (
            json!({ "kind": "ajar" }),
            "Invalid kind",
            "\"ajar\" is not one of",
        ),
        (json!({ "mistake": "fail" }), "No shelf", "It is gone."),
        (
            json!({ "mistake": "panic" }),
            "Bug in the provider",
            "asked to",
        ),
        (
            json!({ "mistake": "nothing" }),
            "Bug in the provider",
            "without its states",
        ),
    ] {
        let shelf = core.state_store(SHELF, config).await.map(|_| ());
        check_fails(shelf, summary, detail);
    }
}

/// What Terraform sent cannot be trusted then, and the state that is there has to stay.
#[tokio::test]
async fn chunks_that_do_not_fit_are_diagnostics_and_nothing_is_written() {
    let shelf = shelf(3).await;
    shelf.write("a", "old").await.expect("written");
    let whole = || {
        let first = chunk(b"abc", 5, (0, 2));
        vec![first, chunk(b"de", 5, (3, 4))]
    };
    let with = |index: usize, change: &dyn Fn(&mut v6::write_state_bytes::RequestChunk)| {
        let mut chunks = whole();
        change(&mut chunks[index]);
        chunks
    };
    let range = |start, end| Some(v6::StateRange { start, end });
    for (chunks, expect) in [
        (whole()[..1].to_vec(), "it ends after 3 of 5 bytes"),
        (
            with(1, &|it| it.range = range(2, 3)),
            "said to be bytes 2 to 3",
        ),
        (
            with(1, &|it| it.range = range(3, 9)),
            "said to be bytes 3 to 9",
        ),
        (with(1, &|it| it.total_length = 6), "is 6 bytes long now"),
        (
            with(0, &|it| it.total_length = 0),
            "the state is 0 bytes long",
        ),
        (
            with(0, &|it| it.bytes = (&b"ab"[..]).into()),
            "2 bytes that go on at 0",
        ),
        (
            [whole(), whole()[1..].to_vec()].concat(),
            "said to be bytes 3 to 4",
        ),
    ] {
        let written = shelf.write_chunks(chunks).await;
        check_fails(written, "Error Writing State", expect);
    }
    assert_eq!(shelf.read("a").await.expect("read"), b"old");
    shelf.write_chunks(whole()).await.expect("written");
    assert_eq!(shelf.read("a").await.expect("read"), b"abcde");
}

#[tokio::test]
async fn a_stream_without_a_beginning_is_told_so() {
    let shelf = shelf(3).await;
    let nothing = shelf.write_chunks(Vec::new()).await;
    check_fails(nothing, "State store not configured", "");
    let mut chunks = vec![chunk(b"abc", 5, (0, 2)), chunk(b"de", 5, (3, 4))];
    let other = v6::RequestChunkMeta {
        type_name: SHELF.to_owned(),
        state_id: "b".to_owned(),
    };
    chunks[1].meta = Some(other);
    check_fails(
        shelf.write_chunks(chunks).await,
        "Plugin error",
        "two states",
    );
    let mut unnamed = chunk(b"abc", 3, (0, 2));
    unnamed.meta.as_mut().expect("a beginning").state_id.clear();
    check_fails(shelf.write_chunks(vec![unnamed]).await, "No state ID", "");
    for (done, what) in [
        (shelf.read("").await.map(|_| ()), "read"),
        (shelf.delete_state("").await.map(|_| ()), "deleted"),
        (shelf.lock("", "plan").await.map(|_| ()), "locked"),
        (shelf.unlock("", "1").await.map(|_| ()), "unlocked"),
    ] {
        assert_eq!(done.expect_err(what).summaries(), ["No state ID"]);
    }
    assert_eq!(shelf.get_states().await.expect("listed"), [""; 0]);
}

#[tokio::test]
async fn what_an_author_cannot_do_is_a_diagnostic() {
    let shelf = shelf(3).await;
    check_fails(shelf.write("fail", "abcdef").await, "Full", "No room");
    let panicked = shelf.write("panic", "abcdef").await;
    check_fails(panicked, "Bug in the provider", "asked to");
    check_fails(shelf.read("fail").await, "Torn", "A page is missing.");
}

/// Each chunk says where it is, since clients look there without asking whether it does.
#[tokio::test]
async fn every_chunk_has_a_range_and_the_first_has_the_messages() {
    let shelf = shelf(3).await;
    let read = async |state_id: &str| {
        let chunks = shelf.read_chunks(state_id).await.expect("a stream");
        let chunks = chunks.into_iter().map(|chunk| {
            let range = chunk.range.expect("a range");
            let told: Vec<_> = chunk.diagnostics.into_iter().map(|it| it.summary).collect();
            (
                chunk.bytes,
                (range.start, range.end),
                chunk.total_length,
                told,
            )
        });
        chunks.collect::<Vec<_>>()
    };
    assert_eq!(read("nothing").await, []);
    let empty = bytes::Bytes::new;
    let told = |words: &str| vec![words.to_owned()];
    assert_eq!(read("warn").await, [(empty(), (0, -1), 0, told("Dusty"))]);
    assert_eq!(read("fail").await, [(empty(), (0, -1), 0, told("Torn"))]);
    shelf.write("warn", "abcde").await.expect("written");
    let expect = [
        (b"abc"[..].into(), (0, 2), 5, told("Dusty")),
        (b"de"[..].into(), (3, 4), 5, Vec::new()),
    ];
    assert_eq!(read("warn").await, expect);
}

/// An apply that is stopped ends with a state, and that has to be written.
#[tokio::test]
async fn a_stop_keeps_no_state_from_being_written_and_unlocked() {
    let core = library().await;
    let shelf = core.state_store(SHELF, json!({ "kind": "closed" })).await;
    let shelf = shelf.expect("a store");
    let lock = shelf.lock("a", "apply").await.expect("locked");
    core.stopper().stop().await.expect("answered");
    shelf.write("a", "abc").await.expect("written");
    assert_eq!(shelf.read("a").await.expect("read"), b"abc");
    let lock = lock.expect("it has locks");
    shelf.unlock("a", &lock).await.expect("unlocked");
}

#[tokio::test]
async fn a_store_that_is_not_configured_or_not_there_is_told_apart() {
    let server = Server::new(Library::default());
    let states = |type_name: &str| {
        Request::new(v6::get_states::Request {
            type_name: type_name.to_owned(),
        })
    };
    let answer = server.get_states(states(SHELF)).await.expect("answered");
    let told = &answer.into_inner().diagnostics[0];
    assert_eq!(told.summary, "State store not configured");
    let config = convert::encode_object(Some(&SCHEMA.null_object()), &SCHEMA);
    let request = v6::configure_state_store::Request {
        type_name: SHELF.to_owned(),
        config: Some(config),
        capabilities: None,
    };
    let configured = server.configure_state_store(Request::new(request.clone()));
    let configured = configured.await.expect("answered").into_inner();
    // The client looks there whatever else the answer says.
    let size = configured.capabilities.expect("capabilities").chunk_size;
    assert_eq!(size, 8 << 20);
    let summary = &configured.diagnostics[0].summary;
    assert_eq!(summary, "Provider not configured");
    let other = v6::configure_state_store::Request {
        type_name: "library_cellar".to_owned(),
        ..request
    };
    let other = server.configure_state_store(Request::new(other)).await;
    assert_eq!(other.expect_err("unknown").code(), Code::InvalidArgument);
}

/// The client looks at the size of the chunks also where nothing came as far as to the store.
#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_answered_with_the_size_of_chunks() {
    let mut config = SCHEMA.null_object();
    config.set("chunk_size", 0x0123_4567_i64);
    let mut config = convert::encode_object(Some(&config), &SCHEMA);
    let number = [0xce, 0x01, 0x23, 0x45, 0x67];
    let at = config.msgpack.windows(5).position(|it| it == number);
    let at = at.expect("it is written so");
    let mut infinite = config.msgpack[..at].to_vec();
    infinite.extend([0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0]);
    infinite.extend(&config.msgpack[at + number.len()..]);
    config.msgpack = infinite.into();
    let request = v6::configure_state_store::Request {
        type_name: SHELF.to_owned(),
        config: Some(config),
        capabilities: None,
    };
    let server = Server::new(Library::default());
    let answer = server.configure_state_store(Request::new(request)).await;
    let answer = answer.expect("answered").into_inner();
    assert_eq!(answer.diagnostics[0].summary, "Unsupported value");
    let size = answer.capabilities.expect("capabilities").chunk_size;
    assert_eq!(size, 8 << 20);
}

#[tokio::test]
async fn a_provider_without_stores_declares_none() {
    let server = Server::new(Library::default());
    let request = Request::new(v6::get_provider_schema::Request {});
    let schema = server.get_provider_schema(request).await;
    let schema = schema.expect("answered").into_inner();
    let names: Vec<_> = schema.state_store_schemas.keys().collect();
    assert_eq!(names, [SHELF]);
    let request = Request::new(v6::get_metadata::Request {});
    let metadata = server.get_metadata(request).await.expect("answered");
    let names = metadata.into_inner().state_stores;
    let names: Vec<_> = names.into_iter().map(|it| it.type_name).collect();
    assert_eq!(names, [SHELF]);
    let server = Server::new(Memory);
    let request = Request::new(v6::get_provider_schema::Request {});
    let schema = server.get_provider_schema(request).await;
    assert!(
        schema
            .expect("answered")
            .into_inner()
            .state_store_schemas
            .is_empty()
    );
    let request = Request::new(v6::get_states::Request::default());
    let answer = server.get_states(request).await.expect("answered");
    let told = &answer.into_inner().diagnostics[0];
    assert_eq!(told.summary, "State store not configured");
}
