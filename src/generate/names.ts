/** Names of people as a centre with several sites has them: many scripts, accents, apostrophes, hyphens. */
export const PEOPLE: readonly { readonly first: readonly string[]; readonly last: readonly string[] }[] = [
  {
    first: ["민준", "서연", "지우", "하은", "도윤", "수빈", "예진", "현우", "유나", "태형"],
    last: ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"],
  },
  {
    first: ["Aoife", "Ciarán", "Niamh", "Seán", "Róisín", "Conor", "Gráinne", "Declan"],
    last: ["O'Brien", "Murphy", "Ní Dhomhnaill", "Byrne", "Walsh", "O'Sullivan", "Kearney", "Fitzgerald"],
  },
  {
    first: ["Zoë", "Jürgen", "Anneliese", "Björn", "Käthe", "Matthias", "Löwe", "Ingrid"],
    last: ["Müller", "Schröder", "Weiß", "Groß", "Lindqvist", "Sørensen", "Åkesson", "von der Heide"],
  },
  {
    first: ["Łukasz", "Małgorzata", "Zdeněk", "Šárka", "István", "Ágnes", "Paweł", "Žofie"],
    last: ["Wiśniewski", "Kowalczyk", "Dvořák", "Nováková", "Nagy", "Szabó", "Zieliński", "Černý"],
  },
  {
    first: ["José", "Inés", "Beyoncé", "François", "Chloé", "João", "Conceição", "Núria"],
    last: ["García-López", "Muñoz", "Lefèvre", "d'Aubigné", "Gonçalves", "Ibáñez", "Peñalver", "Côté"],
  },
  {
    first: ["Amara", "Kwame", "Priya", "Arjun", "Mei", "Hiroshi", "Nguyễn", "Fatima", "Tariq", "Leilani"],
    last: ["Okafor", "Mensah", "Krishnamurthy", "Patel", "Chen", "Tanaka", "Văn Đức", "Al-Rashid", "Haddad", "Kealoha"],
  },
];

/** What an agent writes when a contact is finished. */
export const WRAPUP_CODES = ["Resolved", "Follow-up needed", "Sale made", "No sale", "Wrong department", "Complaint"];
