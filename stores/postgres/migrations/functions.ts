// 24:00 is the next midnight, and nothing else has an hour 24: as Date.parse takes it.
const time = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?|24:00(:00([.]0{1,9})?)?'
const zone = 'Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]'
const isoDate = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T(${time})(${zone}))?$`

/** What statements and generated columns call. `iso_ms` is `isoTime` of engine/model/segment.ts: by arithmetic, since a cast
 *  to timestamptz takes other texts, rounds, and raises an error for the year 0 and for zones beyond 15:59. Years are
 *  moved by 2,000, five Gregorian cycles, for the year 0. */
export const functions = `
  CREATE OR REPLACE FUNCTION iso_ms(said text) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE
    WHEN said COLLATE "C" !~ '${isoDate}' THEN NULL
    WHEN substr(said, 6, 2)::int <> date_part('month',
      make_date(2000 + left(said, 4)::int, substr(said, 6, 2)::int, 1) + (substr(said, 9, 2)::int - 1)
    ) THEN NULL
    ELSE (
      make_date(2000 + left(said, 4)::int, substr(said, 6, 2)::int, 1) + (substr(said, 9, 2)::int - 1) - date '3970-01-01'
    )::bigint * 86400000
    + CASE WHEN length(said) = 10 THEN 0 ELSE
      substr(said, 12, 2)::bigint * 3600000
      + substr(said, 15, 2)::bigint * 60000
      + CASE WHEN substr(said, 17, 1) = ':' THEN substr(said, 18, 2)::bigint * 1000 ELSE 0 END
      + CASE WHEN substr(said, 20, 1) = '.' THEN rpad(substring(said FROM '[.]([0-9]{1,3})'), 3, '0')::bigint ELSE 0 END
      - CASE WHEN right(said, 1) = 'Z' THEN 0 ELSE
        (left(right(said, 6), 1) || '1')::bigint
        * (left(right(said, 5), 2)::bigint * 3600000 + right(said, 2)::bigint * 60000)
      END
    END
  END;

  CREATE OR REPLACE FUNCTION topic_names(topics jsonb) RETURNS text[]
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN ARRAY(SELECT jsonb_object_keys(topics));
`
