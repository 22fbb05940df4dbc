pub mod recipient;
pub mod seal;
