-- Folds case and accents for full-text search without any extension, so that every managed PostgreSQL works.
CREATE FUNCTION helpdesk_fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(regexp_replace(normalize(value, NFD), E'[\u0300-\u036f]', '', 'g'));

CREATE FUNCTION helpdesk_append_only() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the table % is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END;
$$;
