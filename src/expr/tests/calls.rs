//! The types of calls.

use super::*;

#[test]
fn calls_are_of_the_types_of_the_table() {
    let typed = |value: &str| match typed(value) {
        Ok(Template::Value(value)) => {
            format!("{} {:?} {}", shown(&value.kind), value.ty, value.nullable)
        }
        Ok(Template::Parts(parts)) => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => format!("{text:?}"),
                Part::Value(value) => shown(&value.kind),
            })
            .collect::<Vec<_>>()
            .join(" ~ "),
        other => panic!("{value}: {other:?}"),
    };
    for (value, expected) in [
        ("{{ config.host.lower() }}", "Lower(host) String false"),
        (
            "{{ config.host | lower | upper }}",
            "Upper(Lower(host)) String false",
        ),
        (
            "{{ -config.rate | abs }}",
            "Absolute((0 Subtract rate)) Number false",
        ),
        (
            "{{ config.host.split('.')[-1] }}",
            "Item(Split(host, \".\"), -1) String true",
        ),
        ("{{ config.host[1:] }}", "Slice(host, 1) String false"),
        (
            "{{ config.tags[:-1] }}",
            "Slice(tags, 0, -1) List(String) false",
        ),
        ("{{ config.tags[0] }}", "Item(tags, 0) String true"),
        ("{{ config.tags | last }}", "Item(tags, -1) String true"),
        (
            "{{ ','.join(config.tags) }}",
            "Join(tags, \",\") String false",
        ),
        (
            "{{ [config.host, config.token] | join(':') }}",
            "host ~ \":\" ~ token",
        ),
        (
            "{{ config.host ~ '-' ~ config.limit }}",
            "host ~ \"-\" ~ limit",
        ),
        ("{{ config.host + '-' + 'x' }}", "host ~ \"-x\""),
        ("{{ '{}/{}'.format(config.host, 1) }}", "host ~ \"/\" ~ 1"),
        (
            "{{ (config.host ~ config.token) | base64encode }}",
            "Base64Encode(host ~ token) Secret false",
        ),
        (
            "{{ config.token | hash('sha256') }}",
            "Sha256(token) Secret false",
        ),
        (
            "{{ config.maybe | default(1) }}",
            "Default(maybe, 1) Integer false",
        ),
        (
            "{{ config.get('maybe', 1) }}",
            "Default(maybe, 1) Integer false",
        ),
        (
            "{{ config.get('group', {}).get('inner') }}",
            "group.inner String false",
        ),
        ("{{ config.limit | default(1) }}", "limit Integer false"),
        (
            "{{ config.host or 'x' }}",
            "Default(Filled(host), \"x\") String false",
        ),
        (
            "{{ config.on or config.limit == 1 }}",
            "(on or (limit Equal 1)) Boolean false",
        ),
        ("{{ config.host | int }}", "Integer(host) Integer true"),
        (
            "{{ config.host | int(0) }}",
            "Integer(host, 0) Integer false",
        ),
        (
            "{{ response.body.page | int + 1 }}",
            "(Integer(read(page)) Add 1) Integer true",
        ),
        (
            "{{ response.body.page + 1 }}",
            "(read(page) Add 1) Integer true",
        ),
        ("{{ config.limit / 2 }}", "(limit Divide 2) Number false"),
        (
            "{{ config.limit // 2 % 3 }}",
            "((limit FloorDivide 2) Remainder 3) Integer false",
        ),
        (
            "{{ max(config.limit, 1, 2) }}",
            "Greatest(Greatest(limit, 1), 2) Integer false",
        ),
        (
            "{{ [config.rate, 1] | min }}",
            "Least(rate, 1) Number false",
        ),
        ("{{ config.tags | max }}", "Greatest(tags) String true"),
        (
            "{{ 'a' in config.tags }}",
            "Contains(tags, \"a\") Boolean false",
        ),
        (
            "{{ 'a' not in response.body.x }}",
            "not(truthy(Contains(read(x), \"a\"))) Boolean false",
        ),
        (
            "{{ 'next' in response.body }}",
            "present(next) Boolean false",
        ),
        (
            "{{ response.body.more is false }}",
            "(more Equal false) Boolean false",
        ),
        ("{{ now() }}", "Now() Timestamp false"),
        ("{{ today_utc() }}", "Today() Date false"),
        (
            "{{ now() - duration('P1D') }}",
            "Earlier(Now(), \"P1D\") Timestamp false",
        ),
        (
            "{{ duration('P1D') + today() }}",
            "Later(Today(), \"P1D\") Date false",
        ),
        (
            "{{ config.start + duration('PT1H') }}",
            "Later(start, \"PT1H\") Timestamp true",
        ),
        (
            "{{ day_delta(-365 * 2) }}",
            "ShiftDays(Now(), -730) Timestamp false",
        ),
        (
            "{{ day_delta(1, format='%Y.%f') }}",
            "Strftime(ShiftDays(Now(), 1), \"%Y.%6f\") String false",
        ),
        (
            "{{ format_datetime(config.host, '%Y', '%d.%m.%Y') }}",
            "Strftime(ParseTime(host, \"%d.%m.%Y\"), \"%Y\") String true",
        ),
        (
            "{{ config.start.strftime('%Y') }}",
            "Strftime(start, \"%Y\") String true",
        ),
        (
            "{{ today().isoformat() }}",
            "Strftime(Today(), \"%Y-%m-%d\") String false",
        ),
        (
            "{{ timestamp(now()) }}",
            "EpochSeconds(Now()) Integer false",
        ),
        (
            "{{ str_to_datetime(config.host).month }}",
            "Month(ParseTime(host)) Integer true",
        ),
        (
            "{{ config.start or now() }}",
            "Default(start, Now()) Timestamp false",
        ),
        (
            "{{ config.start if config.start else now() }}",
            "(start if present(start) else Now()) Timestamp true",
        ),
        (
            "{{ max(now(), now()) }}",
            "Greatest(Now(), Now()) Timestamp false",
        ),
        (
            "{{ now() < config.start }}",
            "(Now() Less start) Boolean false",
        ),
        (
            "{{ config.maybe is number }}",
            "present(maybe) Boolean false",
        ),
        (
            "{{ response.headers['Link'].split(',')[0] }}",
            "Item(Split(header link, \",\"), 0) String true",
        ),
        (
            "{{ response.body.url | regex_search('a=(.)') | urlencode }}",
            "UrlEncode(Search(read(url), \"a=(.)\")) String true",
        ),
    ] {
        assert_eq!(typed(value), expected, "{value}");
    }
}

#[test]
fn the_examples_of_all_functions_compile() {
    for function in FUNCTIONS {
        let example = format!("{{{{ {} }}}}", function.example);
        let found = typed(&example);
        assert!(found.is_ok(), "{example}: {found:?}");
        let name = function.spellings[0].name;
        let named = function
            .spellings
            .iter()
            .any(|spelling| example.contains(spelling.name));
        assert!(named, "the example of {name} does not use it");
    }
}
