"""The tables of the first version, the queue's, and the append-only history."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def run(name: str) -> None:
    """Executes a file of `migrations/sql` past SQLAlchemy, which would read its % and : as placeholders."""
    op.get_bind().connection.driver_connection.execute((SQL / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    run("procrastinate_3_10.sql")
    run("0001_functions.sql")
    op.create_table('institutions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('ticket_prefix', sa.Text(), nullable=False),
    sa.Column('timezone', sa.Text(), nullable=False),
    sa.Column('last_hash', sa.Text(), nullable=True),
    sa.Column('catalogue_version_id', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institutions')),
    sa.UniqueConstraint('key', name=op.f('uq_institutions_key')),
    sa.UniqueConstraint('ticket_prefix', name=op.f('uq_institutions_ticket_prefix'))
    )
    op.create_table('sign_in_attempts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('peer', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('char_length(address) <= 320', name=op.f('ck_sign_in_attempts_address_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts'))
    )
    op.create_index('ix_sign_in_attempts_address', 'sign_in_attempts', ['address', 'at'], unique=False)
    op.create_index(op.f('ix_sign_in_attempts_at'), 'sign_in_attempts', ['at'], unique=False)
    op.create_index('ix_sign_in_attempts_peer', 'sign_in_attempts', ['peer', 'at'], unique=False)
    op.create_table('catalogue_versions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_catalogue_versions_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_versions')),
    sa.UniqueConstraint('institution_id', 'number', name=op.f('uq_catalogue_versions_institution_id_number'))
    )
    op.create_index(op.f('ix_catalogue_versions_institution_id'), 'catalogue_versions', ['institution_id'], unique=False)
    op.create_table('mailboxes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('imap_url', sa.Text(), nullable=True),
    sa.Column('imap_user', sa.Text(), nullable=True),
    sa.Column('imap_oauth2', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('move_to', sa.Text(), nullable=True),
    sa.Column('secret', sa.Text(), nullable=True),
    sa.Column('last_contact_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('last_remark', sa.Text(), nullable=True),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('backlog', sa.Integer(), server_default='0', nullable=False),
    sa.Column('lease_holder', sa.Text(), nullable=True),
    sa.Column('lease_fence', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('address = lower(address)', name=op.f('ck_mailboxes_address_lower')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_mailboxes_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailboxes')),
    sa.UniqueConstraint('address', name=op.f('uq_mailboxes_address')),
    sa.UniqueConstraint('institution_id', 'key', name=op.f('uq_mailboxes_institution_id_key'))
    )
    op.create_index(op.f('ix_mailboxes_institution_id'), 'mailboxes', ['institution_id'], unique=False)
    op.create_table('people',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('is_staff', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('is_admin', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('disabled', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('session_epoch', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undeliverable_since', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('address = lower(address)', name=op.f('ck_people_address_lower')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_people_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('institution_id', 'address', name=op.f('uq_people_institution_id_address'))
    )
    op.create_index(op.f('ix_people_institution_id'), 'people', ['institution_id'], unique=False)
    op.create_table('absences',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('noted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_absences_institution_id')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['people.id'], name=op.f('fk_absences_noted_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_absences_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absences'))
    )
    op.create_index('ix_absences_person', 'absences', ['person_id', 'since'], unique=False)
    op.create_table('calendar_days',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('calendar', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('hours', postgresql.JSONB(astext_type=Text()), server_default='[]', nullable=False),
    sa.Column('added_by_id', sa.BigInteger(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by_id', sa.BigInteger(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('closed', 'open')", name=op.f('ck_calendar_days_kind')),
    sa.ForeignKeyConstraint(['added_by_id'], ['people.id'], name=op.f('fk_calendar_days_added_by_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_calendar_days_institution_id')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['people.id'], name=op.f('fk_calendar_days_withdrawn_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_days'))
    )
    op.create_index('uq_calendar_days_standing', 'calendar_days', ['institution_id', 'calendar', 'region', 'day'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'), postgresql_nulls_not_distinct=True)
    op.create_table('mailbox_folders',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('mailbox_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('uidvalidity', sa.BigInteger(), nullable=True),
    sa.Column('last_uid', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('generation', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_folders_mailbox_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailbox_folders')),
    sa.UniqueConstraint('mailbox_id', 'name', name=op.f('uq_mailbox_folders_mailbox_id_name'))
    )
    op.create_table('materials',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('content_type', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('authorised_by_id', sa.BigInteger(), nullable=True),
    sa.Column('authorised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_by_id', sa.BigInteger(), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('leaflet', 'poster', 'other')", name=op.f('ck_materials_kind')),
    sa.ForeignKeyConstraint(['authorised_by_id'], ['people.id'], name=op.f('fk_materials_authorised_by_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_materials_institution_id')),
    sa.ForeignKeyConstraint(['retired_by_id'], ['people.id'], name=op.f('fk_materials_retired_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_materials'))
    )
    op.create_index('ix_materials_institution', 'materials', ['institution_id', 'retired_at'], unique=False)
    op.create_table('notices',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('organ', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=True),
    sa.Column('content_type', sa.Text(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.Column('sha256', sa.Text(), nullable=True),
    sa.Column('audience', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('published_by_id', sa.BigInteger(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by_id', sa.BigInteger(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('directive', 'notice')", name=op.f('ck_notices_kind')),
    sa.CheckConstraint('(sha256 IS NULL) = (filename IS NULL)', name=op.f('ck_notices_file_has_name')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_notices_institution_id')),
    sa.ForeignKeyConstraint(['published_by_id'], ['people.id'], name=op.f('fk_notices_published_by_id')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['people.id'], name=op.f('fk_notices_withdrawn_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    op.create_index('ix_notices_institution', 'notices', ['institution_id', 'published_at'], unique=False)
    op.create_table('plan_goals',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('organ', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('added_by_id', sa.BigInteger(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['people.id'], name=op.f('fk_plan_goals_added_by_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_plan_goals_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_goals'))
    )
    op.create_index('uq_plan_goals_standing', 'plan_goals', ['institution_id', 'organ', 'year', 'code'], unique=True, postgresql_where=sa.text('retired_at IS NULL'))
    op.create_table('role_holdings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), server_default='holder', nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('subjects', postgresql.JSONB(astext_type=Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('organ', sa.Text(), nullable=True),
    sa.Column('in_place_of_id', sa.BigInteger(), nullable=True),
    sa.Column('named_by_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("kind IN ('holder', 'substitute')", name=op.f('ck_role_holdings_kind')),
    sa.ForeignKeyConstraint(['in_place_of_id'], ['people.id'], name=op.f('fk_role_holdings_in_place_of_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_role_holdings_institution_id')),
    sa.ForeignKeyConstraint(['named_by_id'], ['people.id'], name=op.f('fk_role_holdings_named_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_role_holdings_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_holdings'))
    )
    op.create_index('ix_role_holdings_lookup', 'role_holdings', ['institution_id', 'role', 'scope'], unique=False)
    op.create_index(op.f('ix_role_holdings_person_id'), 'role_holdings', ['person_id'], unique=False)
    op.create_index('uq_role_holdings_open_holder', 'role_holdings', ['institution_id', 'role', 'scope', 'person_id'], unique=True, postgresql_where=sa.text("kind = 'holder' AND until IS NULL"), postgresql_nulls_not_distinct=True)
    op.create_table('team_members',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_team_members_institution_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_team_members_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_members')),
    sa.UniqueConstraint('person_id', 'team', 'scope', name=op.f('uq_team_members_person_id_team_scope'), postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_team_members_institution_id'), 'team_members', ['institution_id'], unique=False)
    op.create_index(op.f('ix_team_members_person_id'), 'team_members', ['person_id'], unique=False)
    op.create_table('vanished_messages',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('mailbox_id', sa.BigInteger(), nullable=False),
    sa.Column('folder', sa.Text(), nullable=False),
    sa.Column('uidvalidity', sa.BigInteger(), nullable=False),
    sa.Column('uid', sa.BigInteger(), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_vanished_messages_mailbox_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vanished_messages')),
    sa.UniqueConstraint('mailbox_id', 'folder', 'uidvalidity', 'uid', name=op.f('uq_vanished_messages_mailbox_id_folder_uidvalidity_uid'))
    )
    op.create_table('notice_readings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('notice_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_notice_readings_notice_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_notice_readings_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_readings')),
    sa.UniqueConstraint('notice_id', 'person_id', name=op.f('uq_notice_readings_notice_id_person_id'))
    )
    op.create_index(op.f('ix_notice_readings_person_id'), 'notice_readings', ['person_id'], unique=False)
    op.create_table('tickets',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('catalogue_version_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), server_default='request', nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('merged_into_id', sa.BigInteger(), nullable=True),
    sa.Column('request_type', sa.Text(), nullable=True),
    sa.Column('candidates', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('classification_reason', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('mailbox_id', sa.BigInteger(), nullable=True),
    sa.Column('requester_id', sa.BigInteger(), nullable=False),
    sa.Column('requester_role', sa.Text(), nullable=True),
    sa.Column('originator_id', sa.BigInteger(), nullable=True),
    sa.Column('forwarded_by_id', sa.BigInteger(), nullable=True),
    sa.Column('entity', sa.Text(), server_default='', nullable=False),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('programme', sa.Text(), nullable=True),
    sa.Column('centre', sa.Text(), nullable=True),
    sa.Column('organ', sa.Text(), nullable=True),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('team_scope', sa.Text(), nullable=True),
    sa.Column('assignee_id', sa.BigInteger(), nullable=True),
    sa.Column('plan_goal_id', sa.BigInteger(), nullable=True),
    sa.Column('fields', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('missing_documents', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('missing_fields', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('invalid_fields', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('blocked_by', sa.Text(), nullable=True),
    sa.Column('rounds', sa.Integer(), server_default='0', nullable=False),
    sa.Column('reopened', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_answer_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counted', postgresql.JSONB(astext_type=Text()), nullable=True),
    sa.Column('touched', sa.Integer(), server_default='0', nullable=False),
    sa.Column('last_hash', sa.Text(), nullable=True),
    sa.Column('sealed_hash', sa.Text(), nullable=True),
    sa.CheckConstraint("(closed_at IS NULL) = (status NOT IN ('closed', 'rejected', 'not_filed'))", name=op.f('ck_tickets_ended_has_closed_at')),
    sa.CheckConstraint("(kind = 'consultation') = (parent_id IS NOT NULL)", name=op.f('ck_tickets_consultation_has_parent')),
    sa.CheckConstraint("kind IN ('request', 'consultation')", name=op.f('ck_tickets_kind')),
    sa.CheckConstraint("status IN ('new', 'open', 'waiting_requester', 'waiting_approval', 'resolved', 'closed', 'rejected', 'not_filed')", name=op.f('ck_tickets_status')),
    sa.CheckConstraint('merged_into_id <> id', name=op.f('ck_tickets_merged_elsewhere')),
    sa.ForeignKeyConstraint(['assignee_id'], ['people.id'], name=op.f('fk_tickets_assignee_id')),
    sa.ForeignKeyConstraint(['catalogue_version_id'], ['catalogue_versions.id'], name=op.f('fk_tickets_catalogue_version_id')),
    sa.ForeignKeyConstraint(['forwarded_by_id'], ['people.id'], name=op.f('fk_tickets_forwarded_by_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_tickets_institution_id')),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_tickets_mailbox_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['tickets.id'], name=op.f('fk_tickets_merged_into_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['originator_id'], ['people.id'], name=op.f('fk_tickets_originator_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['tickets.id'], name=op.f('fk_tickets_parent_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['plan_goal_id'], ['plan_goals.id'], name=op.f('fk_tickets_plan_goal_id')),
    sa.ForeignKeyConstraint(['requester_id'], ['people.id'], name=op.f('fk_tickets_requester_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tickets')),
    sa.UniqueConstraint('institution_id', 'number', name=op.f('uq_tickets_institution_id_number'))
    )
    op.create_index('ix_tickets_assignee', 'tickets', ['assignee_id'], unique=False, postgresql_where=sa.text('assignee_id IS NOT NULL'))
    op.create_index(op.f('ix_tickets_merged_into_id'), 'tickets', ['merged_into_id'], unique=False)
    op.create_index(op.f('ix_tickets_parent_id'), 'tickets', ['parent_id'], unique=False)
    op.create_index(op.f('ix_tickets_plan_goal_id'), 'tickets', ['plan_goal_id'], unique=False)
    op.create_index('ix_tickets_queue', 'tickets', ['institution_id', 'status', 'due_at', 'id'], unique=False)
    op.create_index(op.f('ix_tickets_requester_id'), 'tickets', ['requester_id'], unique=False)
    op.create_index('ix_tickets_team', 'tickets', ['institution_id', 'team', 'team_scope', 'status'], unique=False)
    op.create_index('ix_tickets_unsealed', 'tickets', ['institution_id', 'id'], unique=False, postgresql_where=sa.text('sealed_hash IS DISTINCT FROM last_hash'))
    op.create_table('events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('rows', postgresql.JSONB(astext_type=Text()), server_default='{}', nullable=False),
    sa.Column('previous_hash', sa.Text(), nullable=True),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['people.id'], name=op.f('fk_events_actor_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_events_institution_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_events_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events'))
    )
    op.create_index('ix_events_institution', 'events', ['institution_id', 'id'], unique=False)
    op.create_index('ix_events_ticket', 'events', ['ticket_id', 'id'], unique=False)
    op.create_table('extensions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('granted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_after', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['granted_by_id'], ['people.id'], name=op.f('fk_extensions_granted_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_extensions_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extensions'))
    )
    op.create_index(op.f('ix_extensions_ticket_id'), 'extensions', ['ticket_id'], unique=False)
    op.create_table('ledger',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=True),
    sa.Column('mailbox_id', sa.BigInteger(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('arrival_key', sa.Text(), nullable=False),
    sa.Column('envelope_from', sa.Text(), nullable=True),
    sa.Column('envelope_to', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), server_default='pending', nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('sentence', sa.Text(), nullable=True),
    sa.Column('trust', sa.Text(), nullable=True),
    sa.Column('action', sa.Text(), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('accepted_by_hand', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('duplicate_of_id', sa.BigInteger(), nullable=True),
    sa.Column('from_address', sa.Text(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('sealed', sa.Boolean(), server_default='false', nullable=False),
    sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name=op.f('ck_ledger_settled_has_time')),
    sa.CheckConstraint("state IN ('pending', 'processed', 'duplicate', 'ignored', 'quarantined')", name=op.f('ck_ledger_state')),
    sa.CheckConstraint("state NOT IN ('ignored', 'quarantined') OR reason IS NOT NULL", name=op.f('ck_ledger_reason_given')),
    sa.ForeignKeyConstraint(['duplicate_of_id'], ['ledger.id'], name=op.f('fk_ledger_duplicate_of_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_ledger_institution_id')),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_ledger_mailbox_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ledger_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger'))
    )
    op.create_index('ix_ledger_fingerprint', 'ledger', ['fingerprint'], unique=False)
    op.create_index(op.f('ix_ledger_institution_id'), 'ledger', ['institution_id'], unique=False)
    op.create_index('ix_ledger_mailbox', 'ledger', ['mailbox_id', 'id'], unique=False)
    op.create_index('ix_ledger_message_id', 'ledger', ['message_id'], unique=False)
    op.create_index('ix_ledger_pending', 'ledger', ['accepted_at'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_ledger_state', 'ledger', ['state', 'id'], unique=False)
    op.create_index(op.f('ix_ledger_ticket_id'), 'ledger', ['ticket_id'], unique=False)
    op.create_index('ix_ledger_unsealed', 'ledger', ['institution_id', 'id'], unique=False, postgresql_where=sa.text('NOT sealed AND settled_at IS NOT NULL'))
    op.create_index('uq_ledger_arrival_key', 'ledger', ['mailbox_id', 'arrival_key'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table('originals',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), server_default='paper', nullable=False),
    sa.Column('kept', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('seen_by_id', sa.BigInteger(), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('paper', 'electronic_signature')", name=op.f('ck_originals_kind')),
    sa.ForeignKeyConstraint(['seen_by_id'], ['people.id'], name=op.f('fk_originals_seen_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_originals_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_originals')),
    sa.UniqueConstraint('ticket_id', 'key', name=op.f('uq_originals_ticket_id_key'))
    )
    op.create_table('suspensions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_suspensions_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspensions'))
    )
    op.create_index(op.f('ix_suspensions_ticket_id'), 'suspensions', ['ticket_id'], unique=False)
    op.create_index('uq_suspensions_open', 'suspensions', ['ticket_id'], unique=True, postgresql_where=sa.text('until IS NULL'))
    op.create_table('tasks',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=True),
    sa.Column('period', sa.Date(), nullable=True),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=True),
    sa.Column('responsible_id', sa.BigInteger(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("(kind = 'periodic') = (key IS NOT NULL) AND (kind = 'periodic') = (period IS NOT NULL)", name=op.f('ck_tasks_periodic_has_key_and_period')),
    sa.CheckConstraint("(state = 'open') = (done_at IS NULL)", name=op.f('ck_tasks_ended_has_done_at')),
    sa.CheckConstraint("date_trunc('month', period)::date = period", name=op.f('ck_tasks_period_begins_a_month')),
    sa.CheckConstraint("kind <> 'content' OR purpose IS NOT NULL", name=op.f('ck_tasks_content_has_purpose')),
    sa.CheckConstraint("kind IN ('periodic', 'content')", name=op.f('ck_tasks_kind')),
    sa.CheckConstraint("state IN ('open', 'done', 'cancelled')", name=op.f('ck_tasks_state')),
    sa.ForeignKeyConstraint(['created_by_id'], ['people.id'], name=op.f('fk_tasks_created_by_id')),
    sa.ForeignKeyConstraint(['done_by_id'], ['people.id'], name=op.f('fk_tasks_done_by_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_tasks_institution_id')),
    sa.ForeignKeyConstraint(['responsible_id'], ['people.id'], name=op.f('fk_tasks_responsible_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_tasks_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks'))
    )
    op.create_index('ix_tasks_of_institution', 'tasks', ['institution_id', 'kind', 'state'], unique=False)
    op.create_index(op.f('ix_tasks_responsible_id'), 'tasks', ['responsible_id'], unique=False)
    op.create_index(op.f('ix_tasks_ticket_id'), 'tasks', ['ticket_id'], unique=False)
    op.create_index('uq_tasks_periodic', 'tasks', ['institution_id', 'key', 'period', 'role', 'scope'], unique=True, postgresql_where=sa.text("kind = 'periodic'"), postgresql_nulls_not_distinct=True)
    op.create_table('ticket_links',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('other_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('made_by_id', sa.BigInteger(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_by_id', sa.BigInteger(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('data', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.CheckConstraint("kind IN ('related', 'consultation', 'split', 'merged', 'follow_up')", name=op.f('ck_ticket_links_kind')),
    sa.CheckConstraint('ticket_id <> other_id', name=op.f('ck_ticket_links_two_tickets')),
    sa.ForeignKeyConstraint(['made_by_id'], ['people.id'], name=op.f('fk_ticket_links_made_by_id')),
    sa.ForeignKeyConstraint(['other_id'], ['tickets.id'], name=op.f('fk_ticket_links_other_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_links_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['undone_by_id'], ['people.id'], name=op.f('fk_ticket_links_undone_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_links'))
    )
    op.create_index('ix_ticket_links_other', 'ticket_links', ['other_id'], unique=False)
    op.create_index('uq_ticket_links_standing', 'ticket_links', ['ticket_id', 'other_id', 'kind'], unique=True, postgresql_where=sa.text('undone_at IS NULL'))
    op.create_table('ticket_participants',
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_ticket_participants_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_participants_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('ticket_id', 'person_id', 'kind', name=op.f('pk_ticket_participants'))
    )
    op.create_table('training_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('system', sa.Text(), nullable=True),
    sa.Column('organ', sa.Text(), nullable=False),
    sa.Column('centre', sa.Text(), nullable=True),
    sa.Column('specialist_id', sa.BigInteger(), nullable=True),
    sa.Column('place', sa.Text(), server_default='', nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), server_default='planned', nullable=False),
    sa.Column('agreed_by', sa.Text(), nullable=True),
    sa.Column('agreed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('agreed_on', sa.Date(), nullable=True),
    sa.Column('cancelled_reason', sa.Text(), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('plan_goal_id', sa.BigInteger(), nullable=True),
    sa.Column('planned_by_id', sa.BigInteger(), nullable=True),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint("(state = 'cancelled') = (cancelled_reason IS NOT NULL)", name=op.f('ck_training_events_cancelled')),
    sa.CheckConstraint("(state = 'held') = (held_at IS NOT NULL)", name=op.f('ck_training_events_held')),
    sa.CheckConstraint("kind = 'staff_training' OR centre IS NOT NULL", name=op.f('ck_training_events_has_centre')),
    sa.CheckConstraint("kind IN ('training', 'technical_assistance', 'staff_training')", name=op.f('ck_training_events_kind')),
    sa.CheckConstraint("state IN ('planned', 'agreed', 'held', 'cancelled')", name=op.f('ck_training_events_state')),
    sa.CheckConstraint("state NOT IN ('agreed', 'held') OR (agreed_on IS NOT NULL AND agreed_by IS NOT NULL)", name=op.f('ck_training_events_agreed')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_training_events_ends_after_start')),
    sa.ForeignKeyConstraint(['agreed_by_id'], ['people.id'], name=op.f('fk_training_events_agreed_by_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_training_events_institution_id')),
    sa.ForeignKeyConstraint(['plan_goal_id'], ['plan_goals.id'], name=op.f('fk_training_events_plan_goal_id')),
    sa.ForeignKeyConstraint(['planned_by_id'], ['people.id'], name=op.f('fk_training_events_planned_by_id')),
    sa.ForeignKeyConstraint(['specialist_id'], ['people.id'], name=op.f('fk_training_events_specialist_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_training_events_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training_events'))
    )
    op.create_index(op.f('ix_training_events_plan_goal_id'), 'training_events', ['plan_goal_id'], unique=False)
    op.create_index(op.f('ix_training_events_specialist_id'), 'training_events', ['specialist_id'], unique=False)
    op.create_index('ix_training_events_starts', 'training_events', ['institution_id', 'starts_at'], unique=False)
    op.create_index(op.f('ix_training_events_ticket_id'), 'training_events', ['ticket_id'], unique=False)
    op.create_table('attendances',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('identity', sa.Text(), nullable=True),
    sa.Column('entity', sa.Text(), server_default='', nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('sameness', sa.Text(), nullable=False),
    sa.Column('attended', sa.Boolean(), nullable=True),
    sa.Column('noted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['training_events.id'], name=op.f('fk_attendances_event_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_attendances_institution_id')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['people.id'], name=op.f('fk_attendances_noted_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_attendances_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendances')),
    sa.UniqueConstraint('event_id', 'sameness', name=op.f('uq_attendances_event_id_sameness'))
    )
    op.create_index(op.f('ix_attendances_institution_id'), 'attendances', ['institution_id'], unique=False)
    op.create_index(op.f('ix_attendances_person_id'), 'attendances', ['person_id'], unique=False)
    op.create_table('messages',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('standing', sa.Text(), server_default='joined', nullable=False),
    sa.Column('standing_reason', sa.Text(), server_default='', nullable=False),
    sa.Column('message_id', sa.Text(), nullable=True),
    sa.Column('in_reply_to', sa.Text(), nullable=True),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('from_name', sa.Text(), server_default='', nullable=False),
    sa.Column('from_address', sa.Text(), server_default='', nullable=False),
    sa.Column('reply_to', sa.Text(), nullable=True),
    sa.Column('to', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('cc', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('subject', sa.Text(), server_default='', nullable=False),
    sa.Column('text', sa.Text(), server_default='', nullable=False),
    sa.Column('new_text', sa.Text(), server_default='', nullable=False),
    sa.Column('html', sa.Text(), nullable=True),
    sa.Column('trust', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ledger_id', sa.BigInteger(), nullable=True),
    sa.Column('came_for_id', sa.BigInteger(), nullable=True),
    sa.Column('search', postgresql.TSVECTOR(), sa.Computed("to_tsvector('spanish', helpdesk_fold(left(subject || ' ' || text, 200000)))", persisted=True), nullable=False),
    sa.CheckConstraint("direction IN ('inbound', 'outbound', 'internal_note')", name=op.f('ck_messages_direction')),
    sa.CheckConstraint("standing IN ('joined', 'to_confirm', 'set_aside')", name=op.f('ck_messages_standing')),
    sa.ForeignKeyConstraint(['author_id'], ['people.id'], name=op.f('fk_messages_author_id')),
    sa.ForeignKeyConstraint(['came_for_id'], ['tickets.id'], name=op.f('fk_messages_came_for_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['ledger_id'], ['ledger.id'], name=op.f('fk_messages_ledger_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_messages_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages'))
    )
    op.create_index(op.f('ix_messages_came_for_id'), 'messages', ['came_for_id'], unique=False)
    op.create_index(op.f('ix_messages_ledger_id'), 'messages', ['ledger_id'], unique=False)
    op.create_index('ix_messages_message_id', 'messages', ['message_id'], unique=False)
    op.create_index('ix_messages_search', 'messages', ['search'], unique=False, postgresql_using='gin')
    op.create_index('ix_messages_ticket', 'messages', ['ticket_id', 'id'], unique=False)
    op.create_table('raw_messages',
    sa.Column('ledger_id', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['ledger_id'], ['ledger.id'], name=op.f('fk_raw_messages_ledger_id')),
    sa.PrimaryKeyConstraint('ledger_id', name=op.f('pk_raw_messages'))
    )
    op.create_table('attachments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('message_id', sa.BigInteger(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('content_type', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('inline', sa.Boolean(), nullable=False),
    sa.Column('content_id', sa.Text(), nullable=True),
    sa.Column('words', sa.Text(), server_default='', nullable=False),
    sa.Column('held', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_attachments_message_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachments'))
    )
    op.create_index(op.f('ix_attachments_message_id'), 'attachments', ['message_id'], unique=False)
    op.create_table('steps',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), server_default='0', nullable=False),
    sa.Column('team', sa.Text(), nullable=True),
    sa.Column('role', sa.Text(), nullable=True),
    sa.Column('scope', sa.Text(), nullable=True),
    sa.Column('approver_id', sa.BigInteger(), nullable=True),
    sa.Column('on_behalf_of_id', sa.BigInteger(), nullable=True),
    sa.Column('request_hash', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('via', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counted', postgresql.JSONB(astext_type=Text()), nullable=True),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('to_come', 'active', 'returned', 'done', 'skipped', 'rejected', 'superseded', 'stopped')", name=op.f('ck_steps_state')),
    sa.CheckConstraint("state NOT IN ('done', 'rejected') OR decided_at IS NOT NULL", name=op.f('ck_steps_decided_has_time')),
    sa.ForeignKeyConstraint(['approver_id'], ['people.id'], name=op.f('fk_steps_approver_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['people.id'], name=op.f('fk_steps_decided_by_id')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_steps_message_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['on_behalf_of_id'], ['people.id'], name=op.f('fk_steps_on_behalf_of_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_steps_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_steps'))
    )
    op.create_index('ix_steps_approver', 'steps', ['approver_id', 'state'], unique=False)
    op.create_index('ix_steps_ticket', 'steps', ['ticket_id', 'position'], unique=False)
    op.create_index('uq_steps_active', 'steps', ['ticket_id'], unique=True, postgresql_where=sa.text("state IN ('active', 'returned')"))
    op.create_table('alarms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('step_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rung_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('warning', 'escalation', 'reminder', 'expiry', 'scheduled')", name=op.f('ck_alarms_kind')),
    sa.ForeignKeyConstraint(['step_id'], ['steps.id'], name=op.f('fk_alarms_step_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_alarms_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarms')),
    sa.UniqueConstraint('ticket_id', 'kind', 'step_id', name=op.f('uq_alarms_ticket_id_kind_step_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_alarms_due', 'alarms', ['at'], unique=False, postgresql_where=sa.text('rung_at IS NULL'))
    op.create_index(op.f('ix_alarms_step_id'), 'alarms', ['step_id'], unique=False)
    op.create_table('documents',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('attachment_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), server_default='proposed', nullable=False),
    sa.Column('certain', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('objection', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('certified_role', sa.Text(), nullable=True),
    sa.Column('certified_on', sa.Date(), nullable=True),
    sa.CheckConstraint("objection IN ('missing', 'unreadable', 'corrections', 'unsigned', 'wrong_form', 'other')", name=op.f('ck_documents_objection')),
    sa.CheckConstraint("state IN ('proposed', 'confirmed', 'rejected')", name=op.f('ck_documents_state')),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachments.id'], name=op.f('fk_documents_attachment_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['people.id'], name=op.f('fk_documents_decided_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_documents_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sa.UniqueConstraint('ticket_id', 'key', 'attachment_id', name=op.f('uq_documents_ticket_id_key_attachment_id'))
    )
    op.create_index(op.f('ix_documents_ticket_id'), 'documents', ['ticket_id'], unique=False)
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('step_id', sa.BigInteger(), nullable=True),
    sa.Column('letter', sa.Text(), nullable=False),
    sa.Column('rfc_message_id', sa.Text(), nullable=False),
    sa.Column('recipient_name', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('sender_name', sa.Text(), nullable=False),
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('envelope_from', sa.Text(), nullable=False),
    sa.Column('reply_to', sa.Text(), nullable=True),
    sa.Column('in_reply_to', sa.Text(), nullable=True),
    sa.Column('references', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('loop_mark', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=True),
    sa.Column('files', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('state', sa.Text(), server_default='queued', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('resends', sa.Integer(), server_default='0', nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tried_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivery_failed', sa.Text(), nullable=True),
    sa.CheckConstraint("state <> 'failed' OR last_error IS NOT NULL", name=op.f('ck_outbox_failed_has_error')),
    sa.CheckConstraint("state IN ('queued', 'sending', 'dot_sent', 'accepted', 'deferred', 'failed', 'in_doubt', 'kept')", name=op.f('ck_outbox_state')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_outbox_institution_id')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_outbox_message_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['step_id'], ['steps.id'], name=op.f('fk_outbox_step_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_outbox_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    op.create_index('ix_outbox_automatic', 'outbox', ['recipient', 'created_at'], unique=False, postgresql_where=sa.text('automatic'))
    op.create_index(op.f('ix_outbox_institution_id'), 'outbox', ['institution_id'], unique=False)
    op.create_index(op.f('ix_outbox_message_id'), 'outbox', ['message_id'], unique=False)
    op.create_index('ix_outbox_state', 'outbox', ['state', 'next_try_at'], unique=False)
    op.create_index(op.f('ix_outbox_ticket_id'), 'outbox', ['ticket_id'], unique=False)
    op.create_index('ix_outbox_undelivered', 'outbox', ['ticket_id'], unique=False, postgresql_where=sa.text("state IN ('failed', 'in_doubt') OR delivery_failed IS NOT NULL"))
    op.create_index('uq_outbox_message_id', 'outbox', ['rfc_message_id'], unique=True)
    op.create_table('reply_tokens',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('step_id', sa.BigInteger(), nullable=True),
    sa.Column('request_hash', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('conversation', 'approval', 'approval_page')", name=op.f('ck_reply_tokens_purpose')),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_reply_tokens_institution_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_reply_tokens_person_id')),
    sa.ForeignKeyConstraint(['step_id'], ['steps.id'], name=op.f('fk_reply_tokens_step_id'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_reply_tokens_ticket_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_tokens'))
    )
    op.create_index('ix_reply_tokens_step', 'reply_tokens', ['step_id'], unique=False)
    op.create_index(op.f('ix_reply_tokens_ticket_id'), 'reply_tokens', ['ticket_id'], unique=False)
    op.create_foreign_key('fk_institutions_catalogue_version_id', 'institutions', 'catalogue_versions', ['catalogue_version_id'], ['id'], use_alter=True)
    run("0001_triggers.sql")


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first version: restore a backup instead")
