"""What the screens stand on: local rows, commands, sync, session. No widget, no import of flet.

    client = Client.in_browser()              mobile_app.domain.client; one for the life of the app
    await client.start()                    opens what is on the device; never waits for the network

Tables are live (`use_live(client.equipment)`) and hold the server's rows with the pending commands replayed over them:

    client.tables[Row]       by names in mobile_app.domain.client: client.equipment, client.tables.meters …
        table.rows: dict[UUID, Row]   table.get(id) -> Row | None   table.pending: ids with unsent changes   table.ready
    await client.held(model, id) -> Row | None       await client.held_of(model, key) -> list[Row]
        what is too much to keep in memory; read again when `client.details` (live, `.version`) changes
    What the screens make of rows lies in `mobile_app.domain`: views.py, agenda.py, due.py, search.py.

Writing: durable before it is shown, pushed when there is a network.

    await client.execute(StartIntervention(intervention_id=…, action_id=uuid7(), occurred_at=client.now()))
    await client.submit(command) -> bool               waits for the answer while there is a server; ProblemError takes the command back
    photo_id = await client.attach(blob, mime)         then execute(AddPhoto(photo_id=photo_id, …))
    await client.attachment(id) -> bytes               the device's own copy, else the server's (Offline without a network)

Outbox (live): client.outbox.needs_you -> list[Refused]   .waiting -> int   .is_pending(row_id)
    Refused: id · command · problem · at · followers (what depends on it)
    await client.retry(refused.id) · client.edit(refused.id, command) · client.discard(refused.id)

Sync (live): client.sync.status -> SyncStatus(state, waiting, needs_you, offline_since, progress, synced_at)
    SyncState: synced · syncing · waiting · offline · needs_you.       await client.sync.now() asks for a round at once

Session (live): client.session.state -> SessionState: starting · signed_out · signed_in · signed_out_with_unsent
    client.session.user -> SessionUser(id, name, role) | None     client.me -> Me | None     client.may(Permission.…)
    await client.sign_in(username, password)           ProblemError (wrong password, …) or Offline
    await client.sign_out(unsent="refuse")             UnsentWork(waiting, needs_you, photos, drafts) unless "keep" or "discard"
    client.unsent() -> Unsent

Storage (live): client.notes.set_aside · .superseded · .recovered -> int    what befell the device's storage; client.notes.seen()

Reads that need the network raise `Offline`: client.api.sessions() · end_session(id) · change_password(…) · list_of(model, path)
    · get/post/put/patch/delete(path, …) -> JSON
Errors (errors.py): ClientError ── Offline · ProblemError(problem) · ServerTrouble(status) · SignInNeeded · UnsentWork

client.first_card = function(client) -> dict | None draws what the next start shows before Python runs (see assets/web/boot.js)
client.drafts is a DraftStore (load, save, clear) · client.prefs.lang/.theme, await client.prefs.set(lang=…, theme=…)
client.now() is the server's time as well as the device can tell · client.on_error(handler) hears what goes wrong behind the scenes
"""
