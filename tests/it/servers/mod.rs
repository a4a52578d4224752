//! Real servers as sources. They are started by these tests, which .ci/run asks for by name.

mod killed;
mod mariadb;
mod nginx;
mod postgres;
