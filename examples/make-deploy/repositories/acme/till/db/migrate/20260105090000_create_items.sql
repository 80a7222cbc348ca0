create table items (name text not null, price numeric not null);
