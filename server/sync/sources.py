"""What a pull reads: for each entity, the keys of a scope's changed rows in the order of their transactions, and their JSON.

Every source takes the same parameters:

    $1 uuid[]  the sites      $2 bigint[]  their lows      $3 bigint  the low of everyone's rows
    $4 bigint, $5 text  the last (sync_xid, key) delivered      $6 int  how many keys at most (null: all)
    $7 uuid  who asks      $8 boolean  whether they see all sites      $9 timestamptz  since when ended jobs are on devices

A low of 0 is a first load, which leaves out what is gone already, and old jobs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from graphlib import TopologicalSorter
from zlib import crc32

# Each brings its entities.
import server.buying.rows
import server.checklists.rows
import server.equipment.rows
import server.handovers.rows
import server.interventions.rows
import server.inventory.rows
import server.meters.rows
import server.notifications.rows
import server.plans.rows
import server.requests.rows
import server.sites.rows
import server.stocktakes.rows
import server.users.rows  # noqa: F401
from server.core.following import target
from server.core.held import HELD, Held
from server.core.queries import expression, plain, sql

_PARAMETERS = (
    "with p as (select $1::uuid[] as sites, $2::bigint[] as lows, $3::bigint as low, $4::bigint as after_xid, $5::text as after_key,"
    " $6::int as most, $7::uuid as asker, $8::boolean as sees_all, $9::timestamptz as since)"
)
FEW = 50
"""So many changes of a source are looked for at first, of who has had everything before."""
_NIL = "00000000-0000-0000-0000-000000000000"
_LIMITED = "order by {0}.sync_xid, {0}.id limit $6::int"
_FIRST_FEW = f"order by {{0}}.sync_xid, {{0}}.id limit {FEW}"
_ORDERED = re.compile(r"order by \w+\.sync_xid, \w+\.\w+ limit \$6::int")
_SCOPES = "unnest($1::uuid[], $2::bigint[]) as s(site_id, low)"
_MERGED = (1, 2, 4, 8, 16, 32)
"""So many sites have a search each, in the order of an index, which ends with the page; of more, each would be asked for a whole page."""


def _after(alias: str, low: str, key: str = "id", first: str = f"'{_NIL}'::uuid") -> str:
    """From `low` on and after the last one delivered, as one comparison: of two, PostgreSQL would begin with the wider one."""
    kind = first.rpartition("::")[2]
    return (
        f"({alias}.sync_xid, {alias}.{key}) > (greatest({low}, $4::bigint),"
        f" case when $4::bigint >= {low} and $5::text is not null then $5::text::{kind} else {first} end)"
    )


@dataclass(frozen=True)
class Source:
    """`keys` yields (key, id, site_id, sync_xid), and what `change` needs; `change` is the change's JSON text of a key `k`.

    `changed` is the condition of `CHANGED`: true as soon as `keys` yields anything after one low or another.
    `merged` yields the same as `keys`, for so many sites or fewer. `in_sight` is what a row `e` found by its id must still be, at the
    sites $2; None where keys may not be kept from one page to the next. `is_searched`: its keys take longer to find than its rows.
    `newer` yields the first few of `keys` for who has had everything before.
    """

    name: str
    changed: str
    keys: str
    rows: str
    change: str
    merged: Callable[[int], str] | None = None
    in_sight: str | None = None
    is_searched: bool = False
    newer: str = ""

    @cached_property
    def is_of_asker(self) -> bool:
        """Whether it depends on who asks."""
        return any(parameter in self.keys for parameter in ("$7", "$8"))

    def page(self, sites: int) -> str:
        """Parameter $10 is the number of bytes after which no further row begins; the first one always comes."""
        return self._pages[next((most for most in _MERGED if most >= sites), None)]

    @cached_property
    def news(self) -> str:
        """The same for who has had everything before, from the lows on, and no more than `FEW`.

        PostgreSQL keeps its plan: a page of many sites, or of what is fresh, it plans each time, which takes ten times as long.
        """
        return self._page(self.newer or self.keys)

    @cached_property
    def _pages(self) -> dict[int | None, str]:
        of_any = self._page(self.keys)
        return {None: of_any} | {most: self._page(self.merged(most)) if self.merged else of_any for most in _MERGED}

    def _page(self, keys: str) -> str:
        """`offset 0` keeps PostgreSQL from writing a change once for each mention of it."""
        return expression(
            "{} select w.key, w.sync_xid, convert_to(w.change, 'UTF8') as change, (select etabli_position()) as position"
            " from ( select k.key, k.sync_xid, c.change,"
            " sum(octet_length(c.change)) over (order by k.sync_xid, k.key) - octet_length(c.change) as before"
            " from ({}) k {} cross join lateral (select ({})::text as change offset 0) c"
            ") w where w.before < $10 order by w.sync_xid, w.key",
            _PARAMETERS, keys, self.rows, self.change,
        )  # fmt: skip

    @cached_property
    def listed(self) -> str:
        """All keys at once, in their order: their transactions, and their ids one behind the other."""
        return expression(
            "{} select array_agg(q.sync_xid order by q.sync_xid, q.key) as xids,"
            " string_agg(uuid_send(q.key), '' order by q.sync_xid, q.key) as ids from ({}) q", _PARAMETERS, _ORDERED.sub("", self.keys),
        )  # fmt: skip

    @cached_property
    def of_ids(self) -> str:
        """The rows that there still are of the ids $1 in sight of the sites $2, up to $3 bytes as in a page; `rank` says which each is."""
        return expression(
            "select w.rank, convert_to(w.change, 'UTF8') as change, (select etabli_position()) as position from (select k.rank, c.change,"
            " sum(octet_length(c.change)) over (order by k.rank) - octet_length(c.change) as before"
            " from (select n as rank, encode(substr($1::bytea, 16 * n - 15, 16), 'hex')::uuid as id"
            " from generate_series(1, octet_length($1::bytea) / 16) n) k {}"
            " cross join lateral (select ({})::text as change offset 0) c where {}"
            ") w where w.before < $3 order by w.rank",
            self.rows, self.change, self.in_sight or "false",
        )  # fmt: skip

    @cached_property
    def count(self) -> str:
        """In no order: that takes longer than all the rest."""
        return expression("{} select count(*) from ({}) q", _PARAMETERS, _ORDERED.sub("", self.keys))


def _newest(table: str, scope: str) -> str:
    """Asked in this way, PostgreSQL looks at one end of the index, whatever it believes of the parameters."""
    return expression("(select max(t.sync_xid) from {} t where {}) >= $2::bigint", table, scope)


def _newer_at_sites(table: str, site: str = "site_id") -> str:
    """One search of the index for all sites, in its own order so that PostgreSQL begins there."""
    newer = (
        "(select t.sync_xid from {0} t where t.{1} = any($1::uuid[]) and t.sync_xid >= $2::bigint"
        " order by t.{1} desc, t.sync_xid desc limit 1) is not null"
    )
    return newer.format(table, site)


def _change(entity: str, site_id: str | None, row: str) -> str:
    """What `json_build_object` would write, which takes a tenth of a small row's time, without its spaces."""
    site = f"""coalesce('"' || {site_id} || '"', 'null')""" if site_id else "'null'"
    head = f"""'{{"entity":"{entity}","id":"' || k.id || '","site_id":' || {site} || ',"row":'"""
    return f"{head} || coalesce(({row})::text, 'null') || '}}'"


def _source(held: Held) -> Source:
    table, site = held.table.name, held.site
    person = held.row.person
    keys = (
        _users(table) if held.entity == "user" else _of_sites(held, site) if site else _of_person(held, person) if person
        else _of_everyone(table)
    )  # fmt: skip
    changed = _newer_at_sites(table, site) if site else _newest(table, "true")
    change = _change(held.entity, f"e.{site}" if site else None, held.json("e"))
    merged = partial(_merged, held, site) if site and not held.fresh[1:] else None
    of_everyone = not (site or person or held.entity == "user")
    in_sight = f"e.{site} = any($2::uuid[])" if site else "$2::uuid[] is not null" if of_everyone else None
    newer = _newer_of_sites(table, site) if site else _newer_of_everyone(table) if of_everyone else ""
    is_searched = bool(held.fresh[1:])
    return Source(held.entity, changed, keys, f"join {table} e on e.id = k.id", change, merged, in_sight, is_searched, newer)


def _of_everyone(table: str) -> str:
    after = _after("t", "$3::bigint")
    return expression("select t.id as key, t.id, t.sync_xid from {} t where {} {}", table, after, _LIMITED.format("t"))


def _newer_of_everyone(table: str) -> str:
    return expression(
        "select x.id as key, x.id, x.sync_xid from unnest(array[$3::bigint]) as s(low) cross join lateral ("
        "select t.id, t.sync_xid from {} t where t.sync_xid >= s.low {}) x {}",
        table, _FIRST_FEW.format("t"), _FIRST_FEW.format("x"),
    )  # fmt: skip


def _newer_of_sites(table: str, site: str) -> str:
    return expression(
        "select x.id as key, x.id, x.site_id, x.sync_xid from {} cross join lateral ("
        "select t.id, t.{} as site_id, t.sync_xid from {} t where t.{} = s.site_id and t.sync_xid >= s.low {}) x {}",
        _SCOPES, site, table, site, _FIRST_FEW.format("t"), _FIRST_FEW.format("x"),
    )  # fmt: skip


def _of_person(held: Held, person: str) -> str:
    """The asker's own; a first load takes what is fresh."""
    [fresh] = held.fresh or ("true",)
    key = "select t.id as key, t.id, t.sync_xid from {} t where t.{} = $7::uuid and {} and ($3::bigint > 0 or {}) {}"
    return expression(key, held.table.name, person, _after("t", "$3::bigint"), fresh, _LIMITED.format("t"))


def _of_sites(held: Held, site: str) -> str:
    """A first load takes what is fresh; afterwards every change comes."""
    rows = _searched(held.table.name, held.fresh) if len(held.fresh) > 1 else _of_site(held, site, "s.site_id", "s.low")
    key = "select x.id as key, x.id, x.site_id, x.sync_xid from {} cross join lateral ({}) x {}"
    return expression(key, _SCOPES, rows, _LIMITED.format("x"))


def _of_site(held: Held, site: str, site_id: str, low: str) -> str:
    [fresh] = held.fresh or ("true",)
    key = "select t.id as key, t.id, t.{site} as site_id, t.sync_xid from {} t where t.{site} = {} and {} and ({low} > 0 or {}) {}"
    pieces = (held.table.name, site_id, _after("t", low), fresh, _LIMITED.format("t"))
    return str(sql(key, *map(plain, pieces), site=plain(site), low=plain(low)))


def _merged(held: Held, site: str, sites: int) -> str:
    each = (_of_site(held, site, f"($1::uuid[])[{rank}]", f"($2::bigint[])[{rank}]") for rank in range(1, sites + 1))
    pieces = " union all ".join(f"({piece})" for piece in each)
    return expression("select m.* from ({}) m order by m.sync_xid, m.key limit $6::int", pieces)


def _searched(table: str, fresh: tuple[str, ...]) -> str:
    """Each condition is a search of its own, which finds the index that is made for it."""
    key = expression("select t.id, t.site_id, t.sync_xid from {} t where", table)
    since = f"({key} s.low > 0 and t.site_id = s.site_id and {_after('t', 's.low')} {_LIMITED.format('t')})"
    searches = " union ".join(f"{key} s.low = 0 and t.site_id = s.site_id and {condition}" for condition in fresh)
    lately = expression("(select w.* from ({} offset 0) w where {} {})", searches, _after("w", "0"), _LIMITED.format("w"))
    return f"{since} union all {lately}"


def _users(table: str) -> str:
    """Whom the asker sees, also from the moment on at which they gain a site.

    People have no site of their own: `repository.strangers` takes away those who are seen no more when one is lost.
    """
    return expression(
        "select t.id as key, t.id, t.sync_xid from {} t where ("
        "((t.all_sites or $8::boolean or t.id = $7::uuid) and t.sync_xid >= $3::bigint)"
        " or exists (select from user_site m join {} on s.site_id = m.site_id where m.user_id = t.id and t.sync_xid >= s.low)) and {} {}",
        table, _SCOPES, _after("t", "0"), _LIMITED.format("t"),
    )  # fmt: skip


_NEWER_OF_EVERYONE = _newest("sync_tombstone", "t.site_id is null")


def _tombstones_of_rows() -> Source:
    changed = f"{_NEWER_OF_EVERYONE} or {_newer_at_sites('sync_tombstone')}"
    return _tombstones("tombstone", changed, "t.entity <> 'user'", (_is_there(of_sites=False), _is_there(of_sites=True)), "k.site_id")


def _tombstones_of_people(table: str) -> Source:
    """Apart from the others, since whom one sees depends on who asks. Of who is seen no tombstone comes, whatever site it was of.

    Who leaves a site is thereby changed. Where a transaction of a lower number has changed them since, the tombstone came with that.
    """
    is_seen = expression(
        "(select u.id from {} u where u.id = t.entity_id and (u.all_sites or $8::boolean or u.id = $7::uuid"
        " or (select m.site_id from user_site m where m.user_id = u.id and m.site_id = any($1::uuid[]) limit 1) is not null)) is not null",
        table,
    )
    changed = f"{_NEWER_OF_EVERYONE} or ({_newest(table, 'true')} and {_newer_at_sites('sync_tombstone')})"
    return _tombstones("tombstone_of_person", changed, "t.entity = 'user'", (is_seen, is_seen), "null::uuid")


def _tombstones(name: str, changed: str, which: str, is_there: tuple[str, str], site: str) -> Source:
    """Before any row: a row that has come back to a site must win over the tombstone that says it went.

    A transaction that began before it was taken away may have brought it back: its number is the lower one, and the tombstone would
    come alone. Of what is there, no tombstone comes; `is_there` says it of a tombstone `t` without a site, and of one with a site.
    """
    limited = "order by {0}.sync_xid, {0}.number limit $6::int"
    columns = expression("select t.number, t.entity, t.entity_id, t.site_id, t.sync_xid from sync_tombstone t where {} and", which)
    everyone = (
        f"({columns} t.site_id is null and $3::bigint > 0 and {_after('t', '$3::bigint', 'number', '0::bigint')}"
        f" and not {is_there[0]} {limited.format('t')})"
    )
    of_sites = expression(
        "(select x.* from {} cross join lateral ({} t.site_id = s.site_id and s.low > 0 and {} and not {} {}) x)",
        _SCOPES, columns, _after("t", "s.low", "number", "0::bigint"), is_there[1], limited.format("t"),
    )  # fmt: skip
    keys = expression(
        "select x.number as key, x.number, x.entity, x.entity_id, x.site_id, x.sync_xid from ({} union all {}) x {}",
        everyone, of_sites, limited.format("x"),
    )  # fmt: skip
    change = f"json_build_object('entity', k.entity, 'id', k.entity_id, 'site_id', {site}, 'row', null)"
    return Source(name, changed, keys, "", change)


def _is_there(*, of_sites: bool) -> str:
    """What the tombstone `t` is of.

    As values: of conditions, PostgreSQL would plan each in two ways, which takes twice the time.
    """
    held = [each for entity, each in sorted(HELD.items()) if bool(each.site) == of_sites and entity != "user"]
    cases = (
        expression(
            "when '{}' then (select r.id from {} r where r.id = t.entity_id {}) is not null",
            each.entity,
            each.table.name,
            f"and r.{each.site} = t.site_id" if each.site else "",
        )
        for each in held
    )
    return f"case t.entity {' '.join(cases)} else false end"


def _in_order() -> list[Held]:
    """A row comes after those that it names; what screens read on demand comes last."""
    tables = {held.table.name: held for _, held in sorted(HELD.items())}
    named = {name: sorted({*map(target, held.table.foreign_keys)} & tables.keys() - {name}) for name, held in tables.items()}
    ordered = [tables[name] for name in TopologicalSorter(named).static_order()]
    return sorted(ordered, key=lambda held: held.row.read_by is not None)


TOMBSTONES = (_tombstones_of_rows(), _tombstones_of_people(HELD["user"].table.name))
"""Their keys are numbers."""
SOURCES = (*TOMBSTONES, *map(_source, _in_order()))
BY_NAME = {source.name: source for source in SOURCES}
ORDER = crc32(" ".join(source.name for source in SOURCES).encode())
_CHECKS = ", ".join(f"case when {source.changed} then {number} end" for number, source in enumerate(SOURCES))
CHANGED = f"select array_remove(array[{_CHECKS}]::int[], null)"
"""The positions of the sources that may have something from transaction $2 on at the sites $1; nearly always none or one."""
